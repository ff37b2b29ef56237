import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';
import { carriersOf, node } from './local-instances.js';

const PARENT = fileURLToPath(new URL('./emulator-like.js', import.meta.url));
const [command = '', hello = ''] = node('hello/app.js');
const SHELL = ['sh', '-c', `sleep 600 & "${command}" "${hello}"; true`];
const AT_ONCE = { timeout: 2000, interval: 10 };

async function emulatorLike(...commands: string[][]) {
  const folder = mkdtempSync(join(tmpdir(), 'fc-affinity-'));
  const file = join(folder, 'with a blank.json');
  writeFileSync(file, '{}');
  const nonce = randomUUID();
  const parent = spawn(
    process.execPath,
    [PARENT, nonce, file, ...commands.map((each) => JSON.stringify(each))],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  onTestFinished(() => {
    parent.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });
  const pids: number[] = JSON.parse(await firstLine(parent));
  return { parent, nonce, file, pids };
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the output must be a pipe');
  for await (const line of createInterface(child.stdout)) return line;
  throw new Error('the parent ended without a word');
}

test('kill -9 of the emulator leaves 0 descendants, grandchildren and strays included, 20 of 20 (G15, T19)', async () => {
  for (let round = 0; round < 20; round += 4) {
    await Promise.all(
      Array.from({ length: 4 }, async () => {
        const { parent, nonce, file } = await emulatorLike(SHELL, node('leaves-stray.js'));
        expect(carriersOf(nonce)).toHaveLength(5);
        parent.kill('SIGKILL');
        await vi.waitFor(() => expect(carriersOf(nonce)).toEqual([]), AT_ONCE);
        await vi.waitFor(() => expect(existsSync(file)).toBe(false), AT_ONCE);
      }),
    );
  }
}, 60_000);

test('a start that the emulator could not tell the guard of is swept too', async () => {
  const { parent, nonce } = await emulatorLike();
  // What a kill between spawn and telling leaves: a process with the nonce that no guard knows.
  const untold = spawn('sleep', ['600'], {
    env: { PATH: process.env.PATH, FC_AFFINITY_RUN: nonce },
    detached: true,
  });
  const gone = new Promise((resolve) => untold.once('exit', (_code, signal) => resolve(signal)));
  parent.kill('SIGKILL');
  expect(await gone).toBe('SIGKILL');
});

test('no instance holds an end of a pipe or socket that is the emulator’s, so the guard learns of its end', async () => {
  const { parent, nonce } = await emulatorLike(SHELL, node('hello/app.js'));
  // What this test itself was given is passed on to everybody, and says nothing.
  const given = new Set(channelsOf(process.pid));
  const ours = new Set(channelsOf(parent.pid ?? 0).filter((channel) => !given.has(channel)));
  expect(ours.size).toBeGreaterThan(4);
  const theirs = carriersOf(nonce).flatMap(channelsOf);
  expect(theirs.length).toBeGreaterThan(4);
  expect(theirs.filter((channel) => ours.has(channel))).toEqual([]);
});

function channelsOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  const targets = readdirSync(folder).flatMap((descriptor) => {
    try {
      return readlinkSync(join(folder, descriptor));
    } catch {
      return [];
    }
  });
  return targets.filter((target) => target.startsWith('socket:') || target.startsWith('pipe:'));
}
