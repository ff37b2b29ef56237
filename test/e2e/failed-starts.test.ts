import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { curl } from '../support/curl.js';
import { BIN, cleanEnvironment, FIXTURES, runCli, temporaryFolder } from '../support/run-cli.js';

/** Runs `serve` as in a terminal, for people. */
async function terminal(...args: string[]) {
  const folder = temporaryFolder();
  const child = spawn(process.execPath, [BIN, 'serve', '--port', '0', '--api-port', '0', ...args], {
    cwd: folder,
    env: cleanEnvironment({ XDG_RUNTIME_DIR: folder }),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = new Promise((resolve) => child.on('exit', resolve));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const shows = (pattern: RegExp): Promise<RegExpExecArray> =>
    vi.waitFor(() => pattern.exec(text) ?? expect.fail(text), 20_000);
  const [, url = ''] = await shows(/ (http:\/\/127\.0\.0\.1:\d+) [\s\S]*control API/);
  return { url, shows, text: () => text, folder };
}

describe('what the screen says of a start that fails', () => {
  it('S2: a handler on another port is told while it still starts, without -v', async () => {
    const { url, shows, text } = await terminal(
      '--',
      process.execPath,
      `${FIXTURES}/listens-on-wrong-port.js`,
    );
    const answer = curl(url).catch(() => undefined);
    const [, port] = await shows(/│ (\d+)\n/);
    await shows(new RegExp(`│ still starting: it listens on ${port}, not on \\$FC_SERVER_PORT \\(\\d+\\)\n`));
    // The start goes on: no request has been answered.
    expect(text()).not.toContain('GET /');
    void answer;
  });

  it('S3: the line that a person would quote is in the refusal; the stack is shown once', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'app.cjs');
    writeFileSync(file, "require('./missing-part');");
    const { url, shows, text } = await terminal('--', process.execPath, file);
    const { status, body } = await curl(url);
    expect(status).toBe(412);
    const telling = "Error: Cannot find module './missing-part'";
    expect(JSON.parse(body)).toMatchObject({
      Code: 'CAExited',
      Message: expect.stringContaining(`'.\nLogs:\n${telling}\n`),
    });
    await shows(/fix:/);
    expect(text()).toMatch(
      /^ +CAExited Error: Cannot find module '\.\/missing-part'\n +Function instance exited unexpectedly\(/m,
    );
    expect(text().match(/ at Module\._resolveFilename /g)).toHaveLength(1);
  });

  it("S3: the process's own last lines stand in a 502, and its line in the refusal", async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'app.cjs');
    writeFileSync(
      file,
      `require('node:http').createServer((request, response) => {
         console.log(request.method);
         throw new TypeError('kaboom');
       }).listen(process.env.FC_SERVER_PORT);`,
    );
    const { url, shows, text } = await terminal('--', process.execPath, file);
    for (const arguments_ of [['-X', 'POST'], []]) {
      const { status, body } = await curl(url, ...arguments_);
      expect(status).toBe(502);
      expect(JSON.parse(body)).toMatchObject({
        Code: 'ProcessExited',
        Message: expect.stringMatching(
          /^Process exited unexpectedly before completing request\nLogs:\nTypeError: kaboom\n {4}at /,
        ),
      });
    }
    await shows(
      /^ +ProcessExited TypeError: kaboom\n +Process exited unexpectedly before completing request\n/m,
    );
    expect(text().match(/│ GET$/gm)).toHaveLength(2);
  });

  it('S18: a script that is not there is told by serve itself, before anything listens', async () => {
    const { code, stderr } = await runCli([
      'serve',
      '--port',
      '0',
      '--api-port',
      '0',
      '--',
      'node',
      'nope.js',
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^error: .*node is to run "nope\.js", but there is no \/\S*nope\.js\nfix: check the path/,
    );
  });

  it('S4: a $FC_SERVER_PORT in the command is told by serve itself', async () => {
    const { shows } = await terminal('--', 'python3', '-m', 'http.server', '$FC_SERVER_PORT');
    await shows(
      /note: there is no shell that would replace \$FC_SERVER_PORT in the command; give it one: sh -c '/,
    );
  });
});
