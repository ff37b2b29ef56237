import { spawn, spawnSync } from 'node:child_process';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CATALOGUE } from '../../src/cli/catalogue.js';
import { BIN, cleanEnvironment, runCli, runShell, temporaryFolder } from '../support/run-cli.js';

const has = (shell: string): boolean => spawnSync(shell, ['--version']).error === undefined;
const TYPED = [
  ['fc-affinity sess', 'session'],
  ['fc-affinity session cre', 'session create'],
  ['fc-affinity session terminate --ig', 'session terminate --ignore-not-found'],
  ['fc-affinity serve --affinity co', 'serve --affinity cookie'],
  ['fc-affinity serve --port 0 --api-p', 'serve --port 0 --api-port'],
  ['fc-affinity help exit', 'help exit-codes'],
  ['fc-affinity exec -- whoa', 'exec -- whoami'],
] as const;

/** Types a line and the Tab key at the prompt of a shell, in a terminal, and tells what the shell would run. */
function tabAt(command: string, load: string, typed: string): Promise<string> {
  const child = spawn('script', ['-qfec', command, '/dev/null'], {
    cwd: temporaryFolder(),
    env: cleanEnvironment({ BIN: `${process.execPath} ${BIN}`, TERM: 'dumb', PS1: '$ ' }),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  child.stdin.write(`${load}; fc-affinity() { echo "RAN:$*:END"; }; echo LOA''DED\n`);
  return new Promise((resolve, reject) => {
    let output = '';
    let isTyped = false;
    child.once('exit', () => reject(new Error(output)));
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (!isTyped && output.includes('LOADED')) {
        isTyped = true;
        child.stdin.write(`${typed}\t\n`);
      }
      const [, ran] = /RAN:(.*?) ?:END\r?\n/.exec(output) ?? [];
      if (ran !== undefined) resolve(ran);
    });
  });
}

describe('completion', () => {
  it.each(TYPED)('completes "%s" in bash', async (typed, ran) => {
    expect(await tabAt('bash --norc --noprofile -i', 'eval "$($BIN completion bash)"', typed)).toBe(ran);
  });

  if (!has('zsh')) console.warn('not run: completion in zsh, which is not installed');
  it.runIf(has('zsh')).each(TYPED)('completes "%s" in zsh', async (typed, ran) => {
    const load = 'autoload -Uz compinit; compinit -D -u; eval "$($=BIN completion zsh)"';
    expect(await tabAt('zsh -f -i', load, typed)).toBe(ran);
  });

  if (!has('fish')) console.warn('not run: completion in fish, which is not installed');
  it.runIf(has('fish')).each(TYPED)('completes "%s" in fish', async (typed, ran) => {
    const script = `fish --no-config -c '${process.execPath} ${BIN} completion fish | source; complete -C "${typed}"'`;
    const { stdout } = await runShell(script, { env: { HOME: temporaryFolder() } });
    const offered = stdout.split('\n').map((line) => line.split('\t')[0]);
    expect(offered).toContain(ran.split(' ').at(-1));
  });

  it('refuses another shell, with the nearest', async () => {
    const { code, stderr } = await runCli(['completion', 'bsh']);
    expect(stderr).toContain('the shell must be one of bash, zsh, fish, got "bsh"');
    expect(stderr).toContain('bash');
    expect(code).toBe(2);
  });
});

describe('help', () => {
  it.each([
    [['help'], ['--help']],
    [
      ['help', 'serve'],
      ['serve', '--help'],
    ],
    [
      ['help', 'session', 'create'],
      ['session', 'create', '--help'],
    ],
  ])('%j is what %j prints', async (words, flags) => {
    const [asked, shown] = await Promise.all([runCli(words), runCli(flags)]);
    expect(asked).toEqual(shown);
    expect(asked.code).toBe(0);
    expect(asked.stdout).toContain('Usage: fc-affinity');
  });

  it('shows examples before options, at the root and for serve, and options in groups', async () => {
    for (const words of [['help'], ['help', 'serve'], ['help', 'exec']]) {
      const { stdout } = await runCli(words);
      expect(stdout.indexOf('Examples:\n  fc-affinity')).toBeGreaterThan(0);
      expect(stdout.indexOf('Examples:')).toBeLessThan(stdout.indexOf('--help'));
    }
    expect((await runCli(['serve', '--help'])).stdout.match(/^\S.*:$/gm)).toEqual([
      'Examples:',
      'Where it listens:',
      'Development:',
      'State and time:',
      'Log:',
      'Function and affinity:',
      'Life of a session (seconds, or 90s, 30m, 6h):',
      'Instances and requests (seconds, or 90s, 30m, 6h):',
      'Environment of the handler:',
      'Options:',
    ]);
  });

  it('fits in 80 columns', async () => {
    const helps = [[], ['serve'], ['exec'], ['verify'], ['session', 'create'], ['completion']];
    for (const words of helps) {
      const line = `stty cols 80; $BIN ${words.join(' ')} --help`;
      const { stdout } = await runShell(`script -qfec '${line}' /dev/null </dev/null`);
      expect(stdout).toContain('Usage:');
      expect(stdout.split('\r\n').filter((text) => text.length > 80)).toEqual([]);
    }
  });

  it.each([
    ['exit-codes', '130  interrupted'],
    ['environment', 'FC_AFFINITY_URL_<FUNCTION>'],
    ['decisions', 'rebound-after-crash'],
  ])('%s is a topic, at most 80 columns wide', async (topic, text) => {
    const { stdout, code } = await runCli(['help', topic]);
    expect(stdout).toContain(text);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(code).toBe(0);
  });

  it('names the nearest for a word that it does not know', async () => {
    const { stderr, code } = await runCli(['help', 'exit-code']);
    expect(stderr).toContain('there is no help for "exit-code"');
    expect(stderr).toContain('fix: fc-affinity help exit-codes');
    expect(code).toBe(2);
  });

  it('is there for every command', async () => {
    for (const name of Object.keys(CATALOGUE)) expect((await runCli(['help', name])).code, name).toBe(0);
  });
});
