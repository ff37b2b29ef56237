import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FIXTURES } from '../support/run-cli.js';
import { serve } from '../support/serve.js';

describe.each(['event-node', 'event-python'])(
  'serve fixtures/%s, a project with an event handler',
  (name) => {
    it('answers its HTTP trigger and InvokeFunction on the instance of the session', async () => {
      const { url, cli, ready } = await serve([], { directory: join(FIXTURES, name) });
      expect(ready.functions.map(({ functionName }) => functionName)).toEqual([name]);
      const first = await fetch(`${url}/shop?item=1`);
      const [cookie = ''] = first.headers.getSetCookie();
      expect(cookie).toMatch(/^x-fc-cookie-session-id=[^;]+; Max-Age=3600$/);
      expect(await first.json()).toEqual({ visits: 1, path: '/shop', query: { item: '1' }, body: '' });
      expect((await fetch(url, { method: 'DELETE' })).status).toBe(405);

      const [, session = ''] = /=([^;]+);/.exec(cookie) ?? [];
      const invoked = await cli('invoke', name, '--data', 'an event', '--session', session);
      expect(JSON.parse(invoked.stdout)).toMatchObject({
        visits: 2,
        bytes: 8,
        instance: first.headers.get('x-instance'),
      });
      const other = await cli('invoke', name, '--data', 'an event');
      expect(JSON.parse(other.stdout)).toMatchObject({ visits: 1 });

      const failed = await cli('invoke', name, '--data', 'fail', '--session', session, '--tail');
      expect([failed.code, JSON.parse(failed.stdout).errorMessage]).toEqual([1, 'it was asked to fail']);
      expect(failed.stderr).toContain('the function failed: UnhandledInvocationError');
      expect(failed.stderr).toMatch(/FC Invoke Start[\s\S]*it was asked to fail/);
    });

    it('G17: calls initialize before the first event, and preStop when serve ends', async () => {
      const { cli, process, exited, event } = await serve([], { directory: join(FIXTURES, name) });
      await cli('invoke', name, '--data', 'an event');
      const logs = (await cli('instance', 'logs')).stdout;
      expect(logs).toContain('initialized');
      expect(logs).toMatch(/FC Initialize Start[\s\S]*FC Invoke Start/);
      process.kill('SIGTERM');
      expect(await exited).toMatchObject({ code: 0 });
      expect(await event((one) => JSON.stringify(one).includes('stopped after 1 visits'))).toBeDefined();
    });
  },
);
