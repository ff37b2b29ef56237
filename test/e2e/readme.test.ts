import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type InstalledCopy, installCopy } from '../support/installed-copy.js';
import { comparable, type ReadmeBlock, readmeBlocks } from '../support/readme-blocks.js';
import { cleanEnvironment, runProgram } from '../support/run-cli.js';

const ROOT = resolve(import.meta.dirname, '../..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** What the README calls "one terminal": a `serve` that runs while the blocks after it do. */
interface Terminal {
  readonly process: ChildProcess;
  readonly exited: Promise<void>;
  /** What it printed since the last look. */
  unread: string;
  /** The address that the README names, and the one that it has here. */
  readonly ports: ReadonlyMap<string, string>;
}

describe('the README, in an installed copy', () => {
  let copy: InstalledCopy;
  let terminal: Terminal | undefined;
  let output = '';

  beforeAll(async () => {
    copy = await installCopy();
  }, 180_000);
  afterAll(async () => {
    await end();
    copy?.remove();
  });

  const environment = (): Record<string, string> => ({
    XDG_RUNTIME_DIR: join(copy.folder, '..'),
    FC_AFFINITY_PORT: '0',
    FC_AFFINITY_API_PORT: '0',
    // The official SDK, which the user installs.
    NODE_PATH: join(ROOT, 'node_modules'),
    CI: 'true',
  });

  for (const block of readmeBlocks(README)) {
    it(`line ${block.line}: ${block.language} ${block.text.split('\n')[0]}`, async () => {
      if (block.language === 'text') await compare(block);
      else if (block.file !== undefined) save(block.file, block.text);
      else if (/^npx fc-affinity serve\b/.test(block.text)) await serve(block);
      else await run(block);
    });
  }

  it('has blocks of each kind', () => {
    const languages = readmeBlocks(README).map(({ language }) => language);
    expect(new Set(languages)).toEqual(new Set(['sh', 'text', 'js', 'py', 'yaml']));
  });

  function save(file: string, text: string): void {
    mkdirSync(dirname(join(copy.folder, file)), { recursive: true });
    writeFileSync(join(copy.folder, file), text);
  }

  async function run({ language, text }: ReadmeBlock): Promise<void> {
    const here = [...(terminal?.ports ?? [])].reduce((all, [from, to]) => all.replaceAll(from, to), text);
    const [program, args] = {
      sh: ['bash', ['-euc', here]],
      js: [process.execPath, ['--input-type=module', '-e', here]],
      py: ['python3', ['-c', here]],
    }[language as 'sh' | 'js' | 'py'] as [string, string[]];
    const result = await runProgram(program, args, { directory: copy.folder, env: environment() });
    output = result.stdout;
    expect({ code: result.code, stderr: language === 'sh' ? '' : result.stderr }, result.stderr).toEqual({
      code: 0,
      stderr: '',
    });
  }

  /** A log may leave lines out, as those of the handler; a line `…` in any output stands for some. */
  async function compare({ text, isLog }: ReadmeBlock): Promise<void> {
    const wanted = comparable(text);
    const printed = (): string[] => comparable(isLog ? (terminal?.unread ?? '') : output);
    if (isLog)
      await expect
        .poll(() => isWithin(wanted, printed()))
        .toBe(true)
        .catch(() => {});
    if (isLog || wanted.includes('…'))
      expect(printed()).toSatisfy((lines: string[]) => isWithin(wanted, lines));
    else expect(printed()).toEqual(wanted);
    if (terminal !== undefined) terminal.unread = '';
  }

  async function serve({ text }: ReadmeBlock): Promise<void> {
    await end();
    const child = spawn('bash', ['-c', `exec ${text}`], {
      cwd: copy.folder,
      env: cleanEnvironment(environment()),
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, which gets the signal of Ctrl-C as in a terminal.
      detached: true,
    });
    const ports = new Map<string, string>();
    const exited = new Promise<void>((settle) => child.on('exit', () => settle()));
    terminal = { process: child, exited, unread: '', ports };
    const started = terminal;
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      started.unread += chunk;
    });
    await expect
      .poll(() => [...started.unread.matchAll(/http:\/\/(127\.0\.0\.1:\d+)/g)].length, { timeout: 20_000 })
      .toBeGreaterThanOrEqual(2);
    const [trigger = '', api = ''] = [...started.unread.matchAll(/http:\/\/(127\.0\.0\.1:\d+)/g)].map(
      ([, address]) => address,
    );
    ports.set('127.0.0.1:9000', trigger).set('127.0.0.1:9001', api);
  }

  async function end(): Promise<void> {
    if (terminal?.process.pid !== undefined && terminal.process.exitCode === null)
      process.kill(-terminal.process.pid, 'SIGINT');
    await terminal?.exited;
    terminal = undefined;
  }
});

/** Whether the lines that are wanted are all there, in that order. */
function isWithin(wanted: readonly string[], printed: readonly string[]): boolean {
  let at = -1;
  return wanted
    .filter((line) => line !== '…')
    .every((line) => {
      at = printed.indexOf(line, at + 1);
      return at >= 0;
    });
}
