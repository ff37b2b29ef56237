import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FcError } from '../../src/model/errors.js';
import type { FunctionInput } from '../../src/model/function-input.js';
import type { Instance } from '../../src/model/instance.js';
import { temporaryFolder } from '../support/run-cli.js';
import { fetchText, localDriver, never, specOf } from './local-instances.js';

interface Request {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Appends every request to a file, and answers /initialize, /pre-stop and /health as a small program says. */
const HANDLER = `
const { appendFileSync } = require('node:fs');
const answers = { ANSWERS };
require('node:http').createServer((request, response) => {
  const { method, url, headers } = request;
  appendFileSync('requests.jsonl', JSON.stringify({ method, url, headers }) + '\\n');
  console.log(method, url);
  request.resume();
  const answer = answers[url];
  if (answer === undefined) response.end('ok');
  else answer(response);
}).listen(process.env.FC_SERVER_PORT);
process.on('SIGTERM', () => { console.log('SIGTERM'); process.exit(0); });
`;

function start(answers: string, input: Partial<FunctionInput>) {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'app.cjs'), HANDLER.replace('ANSWERS', answers));
  const spec = specOf([process.execPath, 'app.cjs'], { codeDirectory: folder, ...input });
  const instance = localDriver().start(spec, never);
  const requests = (): Request[] => {
    const file = join(folder, 'requests.jsonl');
    if (!existsSync(file)) return [];
    return readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  };
  return { instance, folder, requests, spec };
}

const printed = ({ output }: Instance): string[] => output.lines().map(({ text }) => text);

async function failure(promise: Promise<unknown>): Promise<FcError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(FcError);
  return error as FcError;
}

describe('the initializer', () => {
  test('G16 G17: is POST /initialize with the common headers, once, before the instance is ready', async () => {
    const { instance, requests, spec } = start('', {
      handler: 'main.run',
      memorySize: 1024,
      instanceLifecycleConfig: { initializer: { handler: 'main.init', timeout: 5 } },
    });
    const address = await instance.ready;
    expect(requests()).toHaveLength(1);
    const [{ method, url, headers }] = requests() as [Request];
    expect(`${method} ${url}`).toBe('POST /initialize');
    expect(headers).toMatchObject({
      'x-fc-control-path': '/initialize',
      'x-fc-function-name': spec.revision.config.functionName,
      'x-fc-function-handler': 'main.run',
      'x-fc-function-memory': '1024',
      'x-fc-version-id': 'LATEST',
      'x-fc-request-id': expect.stringMatching(/^1-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{12}$/),
      'content-length': '0',
    });
    await fetchText(address);
    expect(requests().map((one) => one.url)).toEqual(['/initialize', '/']);
    await expect
      .poll(() => printed(instance))
      .toContain(`FC Initialize End RequestId: ${headers['x-fc-request-id']}`);
    expect(printed(instance)[0]).toBe(`FC Initialize Start RequestId: ${headers['x-fc-request-id']}`);
  });

  test('G17: is not called where none is configured', async () => {
    const { instance, requests } = start('', { instanceLifecycleConfig: {} });
    await instance.ready;
    expect(requests()).toEqual([]);
  });

  test('that answers an error is a failed start with its own code, and the instance ends', async () => {
    const { instance } = start(
      `'/initialize': (response) => { console.error('Error: no database'); response.writeHead(500).end('no database\\nmore'); }`,
      { instanceLifecycleConfig: { initializer: { timeout: 5 } } },
    );
    const { code, message, status } = await failure(instance.ready);
    expect(code).toBe('FunctionInitializationFailed');
    expect(status).toBe(412);
    expect(message).toMatch(
      /^The function cannot be initialized: POST \/initialize was answered with status 500: no database\.\nLogs:\n/,
    );
    expect(message).toContain('Error: no database');
    await instance.exited;
  });

  test('has its own timeout', async () => {
    const { instance } = start(`'/initialize': () => {}`, {
      instanceLifecycleConfig: { initializer: { timeout: 1 } },
    });
    const { code, message } = await failure(instance.ready);
    expect(code).toBe('FunctionInitializationFailed');
    expect(message).toContain('POST /initialize did not answer within 1 s');
  });

  test('during which the process ends is CAExited', async () => {
    const { instance } = start(`'/initialize': () => process.exit(7)`, {
      instanceLifecycleConfig: { initializer: { timeout: 20 } },
    });
    const { code, message } = await failure(instance.ready);
    // Which of the two is noticed first is chance.
    expect(['CAExited', 'FunctionInitializationFailed']).toContain(code);
    expect(message).toMatch(/code 7|the connection was closed/);
    expect((await instance.exited).code).toBe(7);
  });

  test('may be a command, which runs in the environment of the instance', async () => {
    const { instance, folder, requests } = start('', {
      instanceLifecycleConfig: {
        initializer: {
          timeout: 5,
          command: ['sh', '-c', 'echo "init $FC_INSTANCE_ID"; cat "$0"; touch done', '/code/app.cjs'],
        },
      },
    });
    await instance.ready;
    expect(existsSync(join(folder, 'done'))).toBe(true);
    await expect.poll(() => printed(instance)).toContain(`init ${instance.instanceId}`);
    expect(printed(instance).join()).toContain('createServer');
    expect(requests()).toEqual([]);
  });

  test.each([
    [['sh', '-c', 'exit 3'], 'its command sh -c exit 3 ended with exit code 3'],
    [['sleep', '60'], 'its command sleep 60 did not end within 1 s'],
  ])('that is the command %j fails', async (command, expected) => {
    const { instance } = start('', { instanceLifecycleConfig: { initializer: { timeout: 1, command } } });
    expect((await failure(instance.ready)).message).toContain(expected);
  });
});

describe('the pre-stop hook', () => {
  const preStop = { instanceLifecycleConfig: { preStop: { timeout: 5 } } };

  test('is GET /pre-stop, once, before SIGTERM', async () => {
    const { instance, requests } = start('', preStop);
    await instance.ready;
    await Promise.all([instance.stop(), instance.stop(), instance.stop({ graceMs: 9000 })]);
    expect(requests().map(({ method, url }) => `${method} ${url}`)).toEqual(['GET /pre-stop']);
    expect(requests()[0]?.headers).toMatchObject({ 'x-fc-request-id': expect.stringMatching(/^1-/) });
    const lines = printed(instance);
    expect(lines.indexOf('GET /pre-stop')).toBeLessThan(lines.indexOf('SIGTERM'));
  });

  test('is not called of an instance that is killed, nor where none is configured', async () => {
    const killed = start('', preStop);
    await killed.instance.ready;
    await killed.instance.stop({ graceMs: 0 });
    expect(killed.requests()).toEqual([]);
    const without = start('', { instanceLifecycleConfig: { initializer: { timeout: 3 } } });
    await without.instance.ready;
    await without.instance.stop();
    expect(without.requests().map(({ url }) => url)).toEqual(['/initialize']);
  });

  test('that fails is told in the log, and the instance ends in order', async () => {
    const { instance } = start(`'/pre-stop': (response) => response.writeHead(503).end()`, preStop);
    await instance.ready;
    await instance.stop();
    expect(printed(instance)).toContain(
      'the pre-stop hook failed: GET /pre-stop was answered with status 503',
    );
    expect(await instance.exited).toMatchObject({ code: 0 });
  });

  test('has its own timeout, and never lasts longer than the grace of the stop', async () => {
    const slow = start(`'/pre-stop': () => {}`, { instanceLifecycleConfig: { preStop: { timeout: 1 } } });
    await slow.instance.ready;
    await slow.instance.stop();
    expect(printed(slow.instance)).toContain(
      'the pre-stop hook failed: GET /pre-stop did not answer within 1 s',
    );
    const cut = start(`'/pre-stop': () => {}`, { instanceLifecycleConfig: { preStop: { timeout: 60 } } });
    await cut.instance.ready;
    await cut.instance.stop({ graceMs: 300 });
    expect(await cut.instance.exited).toMatchObject({ signal: 'SIGKILL' });
  });

  test('is cut off by a second stop that kills', async () => {
    const { instance, requests } = start(`'/pre-stop': () => {}`, {
      instanceLifecycleConfig: { preStop: { timeout: 60 } },
    });
    await instance.ready;
    const first = instance.stop({ graceMs: 60_000 });
    await expect.poll(requests).toHaveLength(1);
    await instance.stop({ graceMs: 0 });
    await first;
  });
});

describe('the health check', () => {
  const healthCheckConfig = {
    httpGetUrl: '/health',
    periodSeconds: 1,
    failureThreshold: 2,
    timeoutSeconds: 1,
  };

  test('an instance that listens is ready when it is healthy', async () => {
    const { instance, requests } = start(
      `'/health': (response) => response.writeHead(globalThis.asked++ > 0 ? 200 : 503).end(), zero: (globalThis.asked = 0)`,
      { customRuntimeConfig: { healthCheckConfig }, instanceLifecycleConfig: { initializer: {} } },
    );
    await instance.ready;
    expect(requests().map(({ url }) => url)).toEqual(['/health', '/health', '/initialize']);
  });

  test('an instance that is never healthy fails at the start limit, with what was wrong', async () => {
    const { instance } = start(`'/health': (response) => response.writeHead(503).end()`, {
      customRuntimeConfig: { healthCheckConfig },
      startTimeoutInSeconds: 3,
    });
    const { code, message } = await failure(instance.ready);
    expect(code).toBe('FunctionNotStarted');
    expect(message).toBe(
      'The function cannot be started: it listens, but was not healthy within 3 seconds: GET /health was answered with status 503.',
    );
  });

  test('an instance whose checks fail too often in a row says so', async () => {
    const { instance, requests } = start(
      `'/health': (response) => response.writeHead([200, 500, 200, 500, 500][globalThis.asked++] ?? 500).end(), zero: (globalThis.asked = 0)`,
      { customRuntimeConfig: { healthCheckConfig } },
    );
    await instance.ready;
    await instance.unhealthy;
    expect(requests()).toHaveLength(5);
    expect(printed(instance)).toContain(
      '2 health checks in a row failed, so the instance ends: GET /health was answered with status 500',
    );
  });
});
