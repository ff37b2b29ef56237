import { expect, test, vi } from 'vitest';
import { FcError } from '../../src/model/errors.js';
import type { LogLine } from '../../src/model/instance.js';
import {
  carriersOf,
  FIXTURES,
  fetchText,
  isAlive,
  localDriver,
  never,
  node,
  specOf,
} from './local-instances.js';

const failure = async (promise: Promise<unknown>): Promise<FcError> => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(FcError);
  return error as FcError;
};

test('an instance is ready when its handler listens, on a loopback port of its own, and answers there', async () => {
  const spec = specOf(node('hello/app.js'));
  const instance = localDriver().start(spec, never);
  expect(instance.instanceId).toBe(spec.instanceId);
  expect(instance.pid).toBeUndefined();
  const address = await instance.ready;
  expect(address.host).toBe('127.0.0.1');
  expect(instance.pid).toBeGreaterThan(0);
  expect(await fetchText(address)).toBe('Hello, World!');
});

test('what the handler prints is in its log and is reported line by line', async () => {
  const told: [string, LogLine][] = [];
  const driver = localDriver({ onLine: (instanceId, line) => told.push([instanceId, line]) });
  const spec = specOf(node('hello/app.js'));
  const instance = driver.start(spec, never);
  await fetchText(await instance.ready);
  await vi.waitFor(() => expect(instance.output.lines().map((line) => line.text)).toEqual(['GET /']));
  expect(told).toEqual([[spec.instanceId, expect.objectContaining({ source: 'stdout', text: 'GET /' })]]);
});

test('S12: what a Python handler prints appears when it prints it', async () => {
  const instance = localDriver().start(specOf(['python3', `${FIXTURES}prints.py`]), never);
  expect(await fetchText(await instance.ready)).toBe('printed');
  await vi.waitFor(() =>
    expect(instance.output.lines().map(({ text }) => text)).toEqual(['started', 'GET /']),
  );
});

test('exit before ready is CAExited with the code, the command and the last lines (F-31)', async () => {
  const spec = specOf(node('exits-at-start.js'), { environmentVariables: { EXIT_CODE: '3' } });
  const instance = localDriver().start(spec, never);
  const error = await failure(instance.ready);
  expect(error.code).toBe('CAExited');
  expect(error.message).toMatch(
    /^Function instance exited unexpectedly\(code 3, message:exit status 3\) with start command '.*exits-at-start\.js'\.\nLogs:\n/,
  );
  expect(error.message).toContain('reading the configuration');
  expect(error.message).toContain('no database');
  expect(await instance.exited).toMatchObject({ code: 3, signal: null });
  expect((await instance.exited).lastLines.toSorted()).toEqual(['no database', 'reading the configuration']);
});

test('a handler that ends in peace before it listens has failed too (F-31)', async () => {
  const spec = specOf(node('exits-at-start.js'), { environmentVariables: { EXIT_CODE: '0' } });
  const error = await failure(localDriver().start(spec, never).ready);
  expect(error.message).toContain('(code 0, message:ended before it listened)');
});

test('a command that does not exist is CAFileNotFound and names it', async () => {
  const instance = localDriver().start(specOf(['no-such-command-here']), never);
  const error = await failure(instance.ready);
  expect(error.code).toBe('CAFileNotFound');
  expect(error.message).toContain('"no-such-command-here"');
  expect(await instance.exited).toEqual({ code: null, signal: null, lastLines: [] });
});

test('a file that may not be executed, and a missing code directory, are CAFileNotFound', async () => {
  const driver = localDriver();
  const plain = driver.start(specOf([`${FIXTURES}hello/package.json`]), never);
  expect((await failure(plain.ready)).code).toBe('CAFileNotFound');
  const nowhere = driver.start(specOf(['true'], { codeDirectory: '/no/such/folder' }), never);
  expect((await failure(nowhere.ready)).code).toBe('CAFileNotFound');
});

test('checkCommand looks up a function before anything starts (U41)', () => {
  const driver = localDriver();
  driver.checkCommand(specOf(['node']).revision.config);
  expect(() => driver.checkCommand(specOf(['nodd']).revision.config)).toThrow('"nodd"');
});

test('one that never listens is FunctionNotStarted at the start limit, and killed (F-04)', async () => {
  const driver = localDriver();
  const instance = driver.start(specOf(node('never-listens.js'), { startTimeoutInSeconds: 1 }), never);
  const error = await failure(instance.ready);
  expect(error.code).toBe('FunctionNotStarted');
  expect(error.message).toContain('within 1 seconds');
  expect(error.message).toContain('\nLogs:\nthinking');
  expect(await instance.exited).toMatchObject({ signal: 'SIGKILL' });
  expect(carriersOf(driver.nonce)).toEqual([]);
});

test('a handler that listens elsewhere reads on which port, before and at the limit (F-04)', async () => {
  const instance = localDriver().start(
    specOf(node('listens-on-wrong-port.js'), { startTimeoutInSeconds: 3 }),
    never,
  );
  const error = await failure(instance.ready);
  const port = instance.output.lines().find((line) => line.source === 'stdout')?.text;
  expect(error.message).toMatch(`It listens on ${port}, not on $FC_SERVER_PORT (`);
  const notes = instance.output.lines().filter((line) => line.source === 'platform');
  expect(notes.map((line) => line.text)).toEqual([
    expect.stringContaining(`still starting: it listens on ${port}, not on $FC_SERVER_PORT (`),
  ]);
});

test('a handler on ::1 alone is found there', async () => {
  const address = await localDriver().start(specOf(node('listens-on-ipv6.js')), never).ready;
  expect(address.host).toBe('::1');
  expect(await fetchText(address)).toBe('six');
});

test('stop asks with SIGTERM and waits for the end', async () => {
  const instance = localDriver().start(specOf(node('ends-slowly.js')), never);
  await instance.ready;
  await Promise.all([instance.stop(), instance.stop()]);
  expect(await instance.exited).toEqual({ code: 7, signal: null, lastLines: ['work finished'] });
  await instance.stop();
});

test('one that ignores SIGTERM is killed when its grace is over', async () => {
  const instance = localDriver().start(specOf(node('ignores-sigterm.js')), never);
  await instance.ready;
  await instance.stop({ graceMs: 300 });
  expect(await instance.exited).toEqual({ code: null, signal: 'SIGKILL', lastLines: ['SIGTERM ignored'] });
});

test('a second stop with less grace counts', async () => {
  const instance = localDriver().start(
    specOf(node('ignores-sigterm.js'), { drainTimeoutInSeconds: 86400 }),
    never,
  );
  await instance.ready;
  const patient = instance.stop();
  await instance.stop({ graceMs: 0 });
  await patient;
  expect(await instance.exited).toMatchObject({ signal: 'SIGKILL', lastLines: [] });
});

test('stop without grace kills at once, grandchildren of a shell included', async () => {
  const driver = localDriver();
  const [command = '', file = ''] = node('ignores-sigterm.js');
  const instance = driver.start(specOf(['sh', '-c', `sleep 600 & "${command}" "${file}"; true`]), never);
  await instance.ready;
  expect(carriersOf(driver.nonce)).toHaveLength(3);
  await instance.stop({ graceMs: 0 });
  expect(carriersOf(driver.nonce)).toEqual([]);
});

test('what a shell leaves behind when it obeys SIGTERM first still has its grace', async () => {
  const driver = localDriver();
  const [command = '', file = ''] = node('ends-slowly.js');
  const instance = driver.start(specOf(['sh', '-c', `"${command}" "${file}"; true`]), never);
  await instance.ready;
  await instance.stop();
  expect(await instance.exited).toEqual({ code: null, signal: 'SIGTERM', lastLines: ['work finished'] });
  expect(carriersOf(driver.nonce)).toEqual([]);
});

test('C8: a death is reported though a process that left the group holds the output open, and that one is gone with it', async () => {
  const driver = localDriver();
  const instance = driver.start(specOf(node('leaves-stray.js')), never);
  const stray = Number(await fetchText(await instance.ready));
  process.kill(instance.pid ?? 0, 'SIGKILL');
  expect(await instance.exited).toMatchObject({ code: null, signal: 'SIGKILL' });
  expect(isAlive(stray)).toBe(false);
  expect(carriersOf(driver.nonce)).toEqual([]);
});

test('when a leader crashes, its group goes with it', async () => {
  const driver = localDriver();
  const [command = '', file = ''] = node('hello/app.js');
  const instance = driver.start(specOf(['sh', '-c', `"${command}" "${file}"; true`]), never);
  await instance.ready;
  process.kill(instance.pid ?? 0, 'SIGKILL');
  await instance.exited;
  expect(carriersOf(driver.nonce)).toEqual([]);
});

test('aborting ends a start: the attempt fails and nothing of it is left', async () => {
  const driver = localDriver();
  const abort = new AbortController();
  const instance = driver.start(specOf(node('never-listens.js')), abort.signal);
  await vi.waitFor(() => expect(instance.output.lines()).toHaveLength(1));
  abort.abort();
  expect((await failure(instance.ready)).code).toBe('ServiceUnavailable');
  await instance.exited;
  expect(carriersOf(driver.nonce)).toEqual([]);
});

test('an instance stopped in the turn of its start never runs', async () => {
  const driver = localDriver();
  const instance = driver.start(specOf(node('hello/app.js')), never);
  await instance.stop();
  expect((await failure(instance.ready)).code).toBe('ServiceUnavailable');
  expect(carriersOf(driver.nonce)).toEqual([]);
});

test('after close nothing starts', async () => {
  const driver = localDriver();
  const running = driver.start(specOf(node('hello/app.js')), never);
  await running.ready;
  await driver.close();
  expect(await running.exited).toMatchObject({ signal: 'SIGKILL' });
  expect((await failure(driver.start(specOf(['true']), never).ready)).code).toBe('ServiceUnavailable');
});

test('closeNow kills without waiting', async () => {
  const driver = localDriver();
  const instance = driver.start(specOf(node('ignores-sigterm.js')), never);
  await instance.ready;
  driver.closeNow();
  expect(await instance.exited).toMatchObject({ signal: 'SIGKILL' });
});

test('30 starts at once are all ready, each on a port of its own', async () => {
  const driver = localDriver();
  const instances = Array.from({ length: 30 }, () => driver.start(specOf(node('hello/app.js')), never));
  const addresses = await Promise.all(instances.map((instance) => instance.ready));
  expect(new Set(addresses.map(({ port }) => port)).size).toBe(30);
  await driver.close();
  expect(carriersOf(driver.nonce)).toEqual([]);
});

test('of 20 canaries in the emulator’s environment none reaches the handler (T21)', async () => {
  const canaries = Object.fromEntries(
    [
      'AWS_SECRET_ACCESS_KEY',
      'ALIBABA_CLOUD_ACCESS_KEY_SECRET',
      'GITHUB_TOKEN',
      'NPM_TOKEN',
      'NODE_OPTIONS',
      'FC_REGION',
    ]
      .concat(Array.from({ length: 14 }, (_, index) => `SECRET_${index}`))
      .map((name, index) => [name, `--canary-${index}`]),
  );
  const driver = localDriver({ hostEnvironment: { ...process.env, ...canaries } });
  const address = await driver.start(
    specOf(node('tells-of-itself.js'), { environmentVariables: { MINE: 'yes' } }),
    never,
  ).ready;
  const told = await fetchText(address);
  expect(Object.keys(canaries)).toHaveLength(20);
  expect(told).not.toContain('canary');
  expect(JSON.parse(told).environment).toMatchObject({ MINE: 'yes', FC_SERVER_PORT: String(address.port) });
});

test('arguments arrive literally, whatever a shell would make of them (T23)', async () => {
  const hostile = [
    '; touch /tmp/owned',
    '$(id)',
    '`id`',
    'a\nb',
    '*',
    '"',
    "'",
    '\\',
    '',
    '$HOME',
    '&& true',
  ];
  const address = await localDriver().start(specOf(node('tells-of-itself.js', ...hostile)), never).ready;
  expect(JSON.parse(await fetchText(address))).toMatchObject({ argv: hostile, cwd: FIXTURES.slice(0, -1) });
});

test('no terminal attack survives in the log (T10)', async () => {
  const instance = localDriver().start(specOf(node('prints-attacks.js')), never);
  await instance.ready;
  await vi.waitFor(() => expect(instance.output.lines()).toHaveLength(8));
  const texts = instance.output.lines().map((line) => line.text);
  expect(texts.join('')).not.toMatch(/[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/);
  expect(texts).toContain('honest\\x0doverwritten');
  expect(texts).toContain('bidi \\u202egnp.exe');
});

test('a flood of output neither blocks the handler nor grows the emulator (F-30)', async () => {
  const driver = localDriver();
  await driver.start(specOf(node('hello/app.js')), never).ready;
  const before = process.memoryUsage().rss;
  const instance = driver.start(
    specOf(node('floods-stdout.js'), { environmentVariables: { MEGABYTES: '200' } }),
    never,
  );
  await instance.ready;
  expect(instance.output.lines()).toHaveLength(2000);
  expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
});
