import { get, type IncomingMessage } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, onTestFinished, test } from 'vitest';
import { createApiClient } from '../../src/api/create-api-client.js';
import { startEmulator } from '../../src/emulator.js';
import { completeFunction } from '../../src/model/function-config.js';
import { temporaryFolder } from '../support/run-cli.js';

/** Prints that many megabytes when asked, and answers when all is handed over. */
const FLOOD = `
  const { once } = require('node:events');
  const line = 'x'.repeat(999) + '\\n';
  require('node:http').createServer(async (request, response) => {
    for (let count = Number(request.url.slice(1)) * 1000; count > 0; count--)
      if (!process.stdout.write(line)) await once(process.stdout, 'drain');
    process.stdout.write('the end\\n');
    response.end();
  }).listen(process.env.FC_SERVER_PORT, '127.0.0.1');`;
const MEGABYTES = 300;

/** What this process holds in memory. Its resident size also has garbage, and pages that Node keeps: 40 to 120 MB of chance. */
function memory(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

test('C1: a client that follows a log and reads nothing costs bounded memory, and gets a gap', async ({
  annotate,
}) => {
  const emulator = await startEmulator({
    functions: [
      {
        config: completeFunction({
          functionName: 'hello',
          command: [process.execPath, '-e', FLOOD],
          codeDirectory: temporaryFolder(),
          timeout: 120,
        }),
      },
    ],
  });
  onTestFinished(() => emulator.stopNow());
  const url = emulator.functions[0]?.url ?? '';
  await (await fetch(`${url}/0`)).arrayBuffer();
  const [instance] = await createApiClient({ endpoint: emulator.api }).instances.list();

  // A response that nobody listens to is not read: Node stops reading its connection when its buffers are full.
  const logs = `${emulator.api}/_emulator/v1/instances/${instance?.instanceId}/logs?follow=true`;
  const unread = await new Promise<IncomingMessage>((resolve, reject) => {
    get(logs, { agent: false }, resolve).once('error', reject);
  });
  onTestFinished(() => void unread.destroy());

  const before = memory();
  await (await fetch(`${url}/${MEGABYTES}`)).arrayBuffer();
  const grown = (memory() - before) / 1_000_000;
  await annotate(`the emulator grew by ${grown.toFixed(0)} MB while the handler printed ${MEGABYTES} MB`);
  expect(grown).toBeLessThan(MEGABYTES / 3);

  let text = '';
  unread.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  // The first request printed it too.
  await expect.poll(() => text.split('"the end"').length - 1, { timeout: 20_000 }).toBe(2);
  const missed = Number(/"source":"platform","text":"(\d+) lines are missing here/.exec(text)?.[1]);
  expect(missed).toBeGreaterThan(MEGABYTES * 500);
  const printed = text.match(/"text":"x{999}"/g) ?? [];
  expect(missed + printed.length).toBe(MEGABYTES * 1000);
}, 120_000);
