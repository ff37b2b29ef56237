import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { rawRequest } from '../support/raw-request.js';
import { BIN, FIXTURES, runCli, runProgram, temporaryFolder } from '../support/run-cli.js';
import { serve } from '../support/serve.js';

interface Service {
  readonly command: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly healthcheck?: { readonly test: string };
}

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const [, block = ''] = /```yaml\n(# compose\.yaml\n[\s\S]*?)```/.exec(README) ?? [];
const { emulator, tests } = (parse(block) as { services: Record<'emulator' | 'tests', Service> }).services;

/** The words of a command of the file after `npx fc-affinity`. */
const wordsOf = ({ command }: Service): string[] => command.replace(/^npx fc-affinity /, '').split(' ');
/** The environment as it is with the variable that the file asks for. */
const environmentOf = ({ environment }: Service) =>
  Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      value.replace(/\$\{EMULATOR_SECRET:\?\}/, 'a-secret'),
    ]),
  );

test('the compose file of the README works: the same command lines and variables, without containers', async () => {
  const directory = temporaryFolder();
  writeFileSync(join(directory, 'app.js'), readFileSync(join(FIXTURES, 'hello/app.js')));
  const [serveWord, ...words] = wordsOf(emulator);
  expect(serveWord).toBe('serve');
  const served = await serve(words, { env: environmentOf(emulator), directory });
  const { port } = new URL(served.ready.api);

  const check = emulator.healthcheck?.test.replace('9001', port) ?? '';
  expect((await runProgram('bash', ['-c', `env -u http_proxy ${check} --noproxy '*'`])).code).toBe(0);

  const [group = '', operation = '', , endpoint = ''] = wordsOf(tests);
  expect(new URL(endpoint).port).toBe('9001');
  // The name leads to this machine, as it leads to the service among containers.
  const hosts = join(directory, 'hosts.cjs');
  writeFileSync(
    hosts,
    "const dns = require('node:dns'); const { lookup } = dns; dns.lookup = (name, ...rest) => lookup(name === 'emulator' ? '127.0.0.1' : name, ...rest);",
  );
  const client = await runProgram(
    process.execPath,
    ['--require', hosts, BIN, group, operation, '--endpoint', endpoint.replace('9001', port), '-o', 'json'],
    { env: environmentOf(tests) },
  );
  expect([client.code, client.stderr, JSON.parse(client.stdout)]).toEqual([0, '', { sessions: [] }]);

  const unsigned = await runCli([group, operation, '--endpoint', served.ready.api, '--function', 'x']);
  expect(unsigned.code).toBe(1);
  const foreign = await rawRequest(Number(port), {
    path: '/_emulator/v1/health',
    headers: { host: 'tests' },
  });
  expect(foreign.status).toBe(403);
});
