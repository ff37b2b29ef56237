import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

// Puts the compiled code beside the files of the program (bin/load.js). V8 compiles a function when it is first called, so the
// program is run for it: this file starts itself as the program, which at its end leaves what was compiled so far.

const SELF = fileURLToPath(import.meta.url);
const PROGRAM = fileURLToPath(new URL('../bin/fc-affinity.js', import.meta.url));
const LIMIT_MS = 60_000;

if (process.argv.length > 2) beProgram();
else await runPrograms();

function beProgram() {
  const require = createRequire(import.meta.url);
  const { loaded } = require('../bin/load.js');
  process.on('exit', () => {
    for (const [file, { script }] of loaded) writeFileSync(`${file}.cache`, script.createCachedData());
  });
  require('../bin/fc-affinity.js');
}

/** One after the other: each takes up what those before it left. */
async function runPrograms() {
  const folder = mkdtempSync(join(tmpdir(), 'fc-affinity-build-'));
  try {
    await ended(start(SELF, ['verify'], folder));
    await serving(SELF, folder, async () => {});
    await serving(PROGRAM, folder, () => ended(start(SELF, ['session', 'list'], folder)));
    await ended(start(SELF, ['--help'], folder));
  } catch (error) {
    console.warn(`the program will start more slowly: it could not be run to be compiled (${error.message})`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function start(script, words, folder) {
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, XDG_RUNTIME_DIR: folder };
  return spawn(process.execPath, [script, ...words], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: LIMIT_MS,
  });
}

async function serving(script, folder, meanwhile) {
  const serve = start(script, ['serve', '--port', '0', '--api-port', '0'], folder);
  const end = ended(serve);
  const url = await Promise.race([printedUrl(serve), end]);
  await new Promise((resolve, reject) => get(url, resolve).on('error', reject)).then((reply) =>
    reply.resume(),
  );
  await meanwhile();
  serve.kill('SIGINT');
  await end;
}

/** The first that it prints is the function's. */
async function printedUrl({ stderr }) {
  for await (const line of createInterface({ input: stderr })) {
    const [url] = /http:\S+/.exec(line) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error('it printed no URL');
}

async function ended(child) {
  child.stderr.resume();
  const [code, signal] = await once(child, 'exit');
  if (code !== 0) throw new Error(`it ended with ${signal ?? code}`);
}
