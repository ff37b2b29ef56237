import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const BIN = fileURLToPath(new URL('../../bin/fc-affinity.js', import.meta.url));
export const HELLO = fileURLToPath(new URL('../../fixtures/hello/app.js', import.meta.url));

/** A folder for what running programs leave for each other, and an environment that names it and nothing of ours. */
export function privateEnvironment() {
  const folder = mkdtempSync(join(tmpdir(), 'bench-run-'));
  const { PATH, HOME, LANG } = process.env;
  return {
    folder,
    env: { PATH, HOME, LANG, XDG_RUNTIME_DIR: folder },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/**
 * Runs a program to its end.
 * @param {readonly string[]} words the first is a file or option of node
 * @returns {Promise<number>} milliseconds
 * @throws when it fails
 */
export async function timeOf(words, env) {
  const begun = performance.now();
  const child = spawn(process.execPath, words, { env, stdio: ['ignore', 'ignore', 'ignore'] });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  const took = performance.now() - begun;
  if (code !== 0) throw new Error(`${words.join(' ')} ended with ${code}`);
  return took;
}

/**
 * Starts `serve` on free ports.
 * @param {readonly string[]} args
 * @returns {Promise<{ pid: number, url: string, api: string, process: import('node:child_process').ChildProcess, stop(): Promise<void> }>}
 */
export async function startServe(args, { env, folder, onLine = () => {} }) {
  const flags = ['--port', '0', '--api-port', '0', '--log-format', 'json'];
  const child = spawn(process.execPath, [BIN, 'serve', ...flags, ...args], {
    env,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const printed = [];
  const ready = await new Promise((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (printed.length < 50) printed.push(line);
      onLine(line);
      if (line.startsWith('{"event":"ready"')) resolve(JSON.parse(line));
    });
    void exited.then((code) => reject(new Error(`serve ended with ${code}:\n${printed.join('\n')}`)));
  });
  return {
    pid: child.pid ?? 0,
    process: child,
    url: ready.functions[0].url,
    api: ready.api,
    async stop() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** @returns {Promise<number>} the status of a GET on a connection of its own */
export function statusOf(url) {
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
      response.on('error', reject);
    }).on('error', reject);
  });
}
