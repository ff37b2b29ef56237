import { describe, expect, it } from 'vitest';
import { curl } from '../support/curl.js';
import { runShell, temporaryFolder } from '../support/run-cli.js';
import { serve } from '../support/serve.js';

/** Does everything that shows, once each, in this order. `$B` is the program against the emulator, `$url` its function. */
const EVERYTHING = `
  curl -s $url >/dev/null
  id=$($B session create -o name)
  $B session update $id --ttl 1h >/dev/null; $B session delete $id >/dev/null; $B session create >/dev/null
  $B clock freeze >/dev/null; $B clock advance 31m >/dev/null; $B clock resume >/dev/null
  curl -s $url >/dev/null; $B instance kill $($B ps -o name) >/dev/null; curl -s $url/exit
  while [ -n "$($B ps -o name)" ]; do :; done`;

/** Ends by itself when it is asked for /exit. */
const HANDLER = `require('node:http').createServer((request, response) => {
  response.end('', () => { if (request.url === '/exit') process.exit(3); });
}).listen(process.env.FC_SERVER_PORT)`;

async function logOf(flags: string): Promise<string[]> {
  const folder = temporaryFolder();
  const { stdout } = await runShell(
    `printf '%s' "$HANDLER" > ${folder}/app.cjs
    $BIN serve --port 0 --api-port 0 ${flags} -- node ${folder}/app.cjs 2>${folder}/log &
    until ls ${folder}/fc-affinity/serve-*.json >/dev/null 2>&1; do :; done
    B=$BIN; url=$($B function list --json | grep -o 'http://[0-9.:]*' | head -1)
    ${EVERYTHING}
    kill -TERM $!; wait $!; cat ${folder}/log`,
    { env: { XDG_RUNTIME_DIR: folder, HANDLER } },
  );
  return stdout.split('\n');
}

describe('S1: the serving terminal shows life', () => {
  it('S1: one line each when sessions, instances and the clock change', async () => {
    const lines = (await logOf('')).map((line) =>
      line.replace(/^\d\d:\d\d:\d\d {2}/, '').replaceAll(/\b[0-9a-f]{8}\b/g, 'ID'),
    );
    const life = lines
      .filter((line) => /^(session|instance|clock) /.test(line))
      .map((line) => line.replace(/after \d+ ms/, 'after N ms').replace(/\d{4}-\S+Z/, 'NOW'));
    expect(life).toEqual([
      'instance ID starting',
      'instance ID ready after N ms',
      'session ID created on instance ID',
      'session ID updated: TTL 1h, idle 30m',
      'session ID deleted',
      'session ID created on instance ID',
      'clock frozen at NOW',
      'session ID expired: unused for 30m',
      'session ID expired: unused for 30m',
      'clock advanced by 31m, now NOW',
      'clock runs again, now NOW',
      'instance ID killed',
      'instance ID starting',
      'instance ID ready after N ms',
      'instance ID exited: exit code 3',
    ]);
  });

  it('S1: the same as events in the JSON log', async () => {
    const events = (await logOf('--log-format json'))
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line));
    expect(events[0].event).toBe('ready');
    const life = events.map(({ event }) => event).filter((name) => /^(session|instance|clock)\./.test(name));
    for (const name of [
      'session.opened',
      'session.updated',
      'session.deleted',
      'session.expired',
      'clock.advanced',
      'clock.frozen',
      'instance.starting',
      'instance.ready',
      'instance.ended',
    ])
      expect(life).toContain(name);
    const crashed = events.find(({ event, reason }) => event === 'instance.ended' && reason === 'crashed');
    expect(crashed).toMatchObject({ exit: { code: 3, signal: null } });
  });

  it('S1: -q shows none of it', async () => {
    expect((await logOf('-q')).filter((line) => line !== '')).toEqual([]);
  });

  it('S1: what happens before the ready line stands behind it', async () => {
    const { lines, url } = await serve(['--min-instances', '1']);
    await curl(url);
    expect(JSON.parse(lines[0] ?? '').event).toBe('ready');
    expect(lines.some((line) => line.includes('instance.starting'))).toBe(true);
  });
});
