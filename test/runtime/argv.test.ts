import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { completeFunction, type FunctionConfig } from '../../src/index.js';
import type { FunctionInput } from '../../src/model/function-input.js';
import { argvOf } from '../../src/runtime/argv.js';
import { temporaryFolder } from '../support/run-cli.js';
import { fetchText, localDriver, never, specOf } from './local-instances.js';

const config = (input: Partial<FunctionInput>): FunctionConfig =>
  completeFunction({ functionName: 'shop', codeDirectory: '/srv/shop', ...input });

describe('the command line of an instance (spec §8.2)', () => {
  test.each<[what: string, input: Partial<FunctionInput>, expected: readonly string[]]>([
    [
      'command and args',
      { customRuntimeConfig: { command: ['node'], args: ['app.js', '-v'] } },
      ['node', 'app.js', '-v'],
    ],
    [
      'a leading /code/',
      { customRuntimeConfig: { command: ['/code/run'], args: ['/code/a/b.js'] } },
      ['/srv/shop/run', '/srv/shop/a/b.js'],
    ],
    [
      '/code/ elsewhere',
      { command: ['run', '--file=/code/a', '/codes/a', '/code'] },
      ['run', '--file=/code/a', '/codes/a', '/code'],
    ],
    ['nothing: the bootstrap', {}, ['/srv/shop/bootstrap']],
  ])('is made of %s', (_, input, expected) => {
    expect(argvOf(config(input))).toEqual(expected);
  });

  test('runs the bootstrap in the code folder, which it finds as its working folder and in FC_FUNC_CODE_PATH', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'bootstrap'), '#!/bin/sh\nexec node "$FC_FUNC_CODE_PATH/server.cjs" "$PWD"\n');
    chmodSync(join(folder, 'bootstrap'), 0o755);
    const server =
      "require('node:http').createServer((_, r) => r.end(process.argv[2])).listen(process.env.FC_SERVER_PORT);";
    writeFileSync(join(folder, 'server.cjs'), server);
    const driver = localDriver();
    const spec = specOf([], { codeDirectory: folder });
    driver.checkCommand(spec.revision.config);
    expect(await fetchText(await driver.start(spec, never).ready)).toBe(folder);
  });

  test('is refused when there is no bootstrap, or it cannot be executed', () => {
    const folder = temporaryFolder();
    const { revision } = specOf([], { codeDirectory: folder });
    const check = () => localDriver().checkCommand(revision.config);
    expect(check).toThrow(
      expect.objectContaining({
        code: 'CAFileNotFound',
        message: `The function cannot be started. the command "${folder}/bootstrap" was not found`,
        fix: expect.stringContaining('add an executable file named bootstrap'),
      }),
    );
    writeFileSync(join(folder, 'bootstrap'), '#!/bin/sh\n');
    expect(check).toThrow(expect.objectContaining({ fix: `chmod +x ${folder}/bootstrap` }));
  });

  test('is explained when a script names /code itself', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'lib'));
    writeFileSync(join(folder, 'bootstrap'), '#!/bin/sh\nexec node /code/lib/no-such-app.js\n');
    chmodSync(join(folder, 'bootstrap'), 0o755);
    const error = await localDriver()
      .start(specOf([], { codeDirectory: folder }), never)
      .ready.catch((reason) => reason);
    expect(error).toMatchObject({
      code: 'CAExited',
      message: expect.stringContaining("with start command '/code/bootstrap'"),
      fix: `there is no /code/lib/no-such-app.js here: the code is in ${folder}, which $FC_FUNC_CODE_PATH names here and on Function Compute`,
    });
  });
});
