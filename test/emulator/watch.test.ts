import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Emulator, startEmulator } from '../../src/index.js';
import { temporaryFolder } from '../support/run-cli.js';

const app = (answer: string): string =>
  `require('node:http').createServer((request, response) => {
     request.resume();
     response.setHeader('X-Instance', process.env.FC_INSTANCE_ID);
     response.end(${JSON.stringify(answer)});
   }).listen(process.env.FC_SERVER_PORT);
   process.on('SIGTERM', () => process.exit(0));
`;

async function watching(
  options: { readonly sessionsPerInstance?: number; readonly stateDirectory?: string } = {},
) {
  const folder = temporaryFolder();
  const file = join(folder, 'app.cjs');
  writeFileSync(file, app('one'));
  const notices: string[] = [];
  const lines: string[] = [];
  const emulator = await startEmulator({
    command: [process.execPath, 'app.cjs'],
    functionName: 'shop',
    directory: folder,
    watch: true,
    ...(options.sessionsPerInstance !== undefined && { sessionsPerInstance: options.sessionsPerInstance }),
    onNotice: (text) => notices.push(text),
    onLine: (_, { text }) => lines.push(text),
    ...(options.stateDirectory !== undefined && { stateDirectory: join(folder, options.stateDirectory) }),
  });
  onTestFinished(() => emulator.stopNow());
  const tells = (part: string, count = 1): Promise<void> =>
    expect
      .poll(() => notices.filter((text) => text.includes(part)).length, { timeout: 20_000 })
      .toBe(count) as never;
  await tells(`watching ${folder}: a change makes a new revision`);
  return { emulator, folder, file, notices, lines, tells };
}

async function ask({ url }: Emulator, cookie?: string) {
  const reply = await fetch(url, cookie === undefined ? {} : { headers: { cookie } });
  const [set] = reply.headers.getSetCookie();
  return {
    status: reply.status,
    text: await reply.text(),
    instance: reply.headers.get('x-instance') ?? '',
    cookie: set?.split(';')[0] ?? '',
  };
}

const revisions = async ({ control }: Emulator) =>
  (await control.instances.list()).map(({ instanceId, revision }) => [instanceId, revision]);

describe('startEmulator({ watch: true })', () => {
  it('a change makes a new revision: new sessions get the new code, old ones keep theirs until they end', async () => {
    const { emulator, file, tells } = await watching();
    const old = await ask(emulator);
    expect(old.text).toBe('one');
    writeFileSync(file, app('two'));
    await tells('shop: app.cjs changed: new sessions get the new code, open ones keep theirs');
    const later = await ask(emulator);
    expect(later.text).toBe('two');
    expect((await ask(emulator, old.cookie)).text).toBe('one');
    expect(await revisions(emulator)).toEqual([
      [old.instance, 1],
      [later.instance, 2],
    ]);
    await emulator.sessions.delete(old.cookie.split('=')[1] ?? '');
    await expect.poll(() => revisions(emulator)).toEqual([[later.instance, 2]]);
  });

  it('a syntax error keeps the last good revision and says so; the next good state is taken', async () => {
    const { emulator, file, tells, notices } = await watching();
    const old = await ask(emulator);
    appendFileSync(file, 'oops(');
    await tells('so the code before stays in use');
    expect(notices.at(-1)).toMatch(
      /^shop: app\.cjs changed, but the new code does not start, so the code before stays in use: SyntaxError: /,
    );
    expect(await ask(emulator)).toMatchObject({ status: 200, text: 'one', instance: old.instance });
    writeFileSync(file, app('three'));
    await tells('new sessions get the new code');
    expect((await ask(emulator)).text).toBe('three');
    expect((await revisions(emulator)).map(([, revision]) => revision)).toEqual([1, 2]);
  });

  it('code that never listens is given up when the file is saved again', async () => {
    const { emulator, file, tells, lines } = await watching();
    writeFileSync(file, "console.log('it never listens'); setInterval(() => {}, 1000);");
    await expect.poll(() => lines, { timeout: 20_000 }).toContain('it never listens');
    writeFileSync(file, app('two'));
    await tells('new sessions get the new code');
    expect((await ask(emulator)).text).toBe('two');
    await expect.poll(async () => (await revisions(emulator)).length).toBe(1);
  });

  it('logs, state, packages, caches and what editors leave are no code', async () => {
    const { emulator, folder, file, tells, notices } = await watching({ stateDirectory: 'state' });
    await ask(emulator);
    for (const path of [
      'node_modules/left-pad/index.js',
      '.git/index',
      'logs/today.txt',
      'app.log',
      'app.log.1',
      'state/anything',
      '__pycache__/app.cpython-311.pyc',
      '.app.cjs.swp',
      'app.cjs~',
      'data.sqlite-wal',
    ]) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), 'x');
    }
    // This comes later, and is the only change that is told.
    writeFileSync(file, app('two'));
    await tells('changed');
    expect(notices.filter((text) => text.includes('changed'))).toEqual([
      'shop: app.cjs changed: new sessions get the new code, open ones keep theirs',
    ]);
  });

  it('0 requests fail while a file is saved 100 times under load', async () => {
    // A revision may have 20 instances: there is room for every session.
    const { emulator, file } = await watching({ sessionsPerInstance: 200 });
    const { cookie } = await ask(emulator);
    let isOver = false;
    const failures: string[] = [];
    const texts = new Set<string>();
    let requests = 0;
    const client = async (): Promise<void> => {
      while (!isOver) {
        // Half of the requests are of one session, the others open new ones.
        const reply = await ask(emulator, requests++ % 2 === 0 ? cookie : undefined).catch((error) => error);
        if (reply.status !== 200) failures.push(String(reply.status ?? reply));
        texts.add(reply.text);
      }
    };
    const clients = [client(), client(), client(), client()];
    for (let save = 1; save <= 100; save++) {
      writeFileSync(file, app(`save ${save}`));
      const seen = requests;
      await expect.poll(() => requests, { interval: 1 }).toBeGreaterThan(seen + 2);
    }
    await expect.poll(async () => (await ask(emulator)).text, { timeout: 30_000 }).toBe('save 100');
    isOver = true;
    await Promise.all(clients);
    expect(failures).toEqual([]);
    expect(requests).toBeGreaterThan(300);
    // The session has kept its code all the time, and new sessions had at least one other.
    expect((await ask(emulator, cookie)).text).toBe('one');
    expect(texts.size).toBeGreaterThan(1);
  });
});
