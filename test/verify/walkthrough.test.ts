import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { UnreachableError } from '../../src/model/errors.js';
import { type SuiteReport, verdict } from '../../src/verify/report.js';
import { REPORTER_NAMES, renderReport } from '../../src/verify/reporters.js';
import { runSuite } from '../../src/verify/run-suite.js';
import type { VerifyTarget } from '../../src/verify/target.js';
import { type AffinityServer, type AffinityServerOptions, startAffinityServer } from './affinity-server.js';

const ALL_STEPS = [
  'walkthrough.1.status',
  'walkthrough.1.set-cookie',
  'walkthrough.1.max-age',
  'walkthrough.1.attributes',
  'walkthrough.1.request-id',
  'walkthrough.2.status',
  'walkthrough.2.no-set-cookie',
  'walkthrough.2.same-instance',
  'walkthrough.3.status',
  'walkthrough.3.new-cookie',
  'walkthrough.3.same-instance',
  'walkthrough.4.status',
  'walkthrough.4.new-cookie',
  'walkthrough.4.new-instance',
];

/** The steps that need the session cookie of request 1. */
const WITHOUT_A_SESSION = [
  ...['1.max-age', '1.attributes', '2.no-set-cookie', '2.same-instance'],
  ...['3.new-cookie', '3.same-instance', '4.new-cookie', '4.new-instance'],
];

const running: AffinityServer[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

async function serve(options: AffinityServerOptions = {}): Promise<AffinityServer> {
  const server = await startAffinityServer(options);
  running.push(server);
  return server;
}

const walk = (target: VerifyTarget): Promise<SuiteReport> => runSuite('walkthrough', target);

function withStatus(report: SuiteReport, status: string): string[] {
  return report.steps
    .filter((step) => step.status === status)
    .map((step) => step.id.replace('walkthrough.', ''));
}

function step(report: SuiteReport, id: string) {
  return report.steps.find((one) => one.id === `walkthrough.${id}`);
}

describe('the walkthrough of a correct server', () => {
  it('passes every step in order, and deletes its sessions', async () => {
    const server = await serve();
    const { url, control } = server;
    const report = await walk({ url, control });
    expect(report.steps.map(({ id }) => id)).toEqual(ALL_STEPS);
    expect(withStatus(report, 'passed')).toHaveLength(14);
    expect(report).toMatchObject({ suite: 'walkthrough', target: url, passed: 14, failed: 0, skipped: 0 });
    expect(report.notes).toEqual([]);
    expect(server.requests).toHaveLength(4);
    expect(verdict(report)).toBe('passed');
  });

  it('leaves no session behind', async () => {
    const server = await serve({ limit: 5 });
    await walk({ url: server.url, control: server.control });
    expect(server.sessions).toEqual([]);
  });

  it('passes without a control API when the limit is given, and notes that its sessions are left', async () => {
    const server = await serve();
    const report = await walk({ url: server.url, sessionsPerInstance: 2 });
    expect(report).toMatchObject({ passed: 14, failed: 0, skipped: 0 });
    expect(report.notes).toEqual(['3 sessions left to expire: there is no control API to end them']);
    expect(server.sessions).toHaveLength(3);
  });

  it('reports the request, the response and the document of each step', async () => {
    const { url } = await serve();
    const report = await walk({ url });
    const second = step(report, '2.no-set-cookie');
    expect(second?.judged?.request).toMatchObject({ method: 'GET', url });
    expect(second?.judged?.request.headers).toEqual([
      expect.stringMatching(/^Cookie: x-fc-cookie-session-id=/),
    ]);
    expect(second?.judged?.response.headers).toContainEqual('X-Instance: c-00000000-instance');
    expect(second?.judged?.response.bodyStart).toBe('Hello, World!');
    for (const { source } of report.steps)
      expect(source).toMatch(/^C\d\d.* · .*"Configure cookie affinity", https:\/\/help\.aliyun\.com\/\S+$/);
  });

  it('calls onStep with each step at its end', async () => {
    const { url } = await serve();
    const told: string[] = [];
    await runSuite('walkthrough', { url }, { onStep: (one, suite) => told.push(`${suite} ${one.id}`) });
    expect(told).toEqual(ALL_STEPS.map((id) => `walkthrough ${id}`));
  });

  it('reads only the start of an endless body', async () => {
    const server = createServer((_request, response) => {
      const more = (): void => {
        if (!response.destroyed) response.write('x'.repeat(16384), more);
      };
      more();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const report = await walk({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` });
    server.closeAllConnections();
    server.close();
    expect(report.steps).toHaveLength(14);
    expect(step(report, '1.status')?.judged?.response.bodyStart).toBe('x'.repeat(500));
  });

  it('reads the instance from the body with instanceFrom', async () => {
    const server = createServer((_request, response) => response.end('served by <b>one</b>'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const report = await walk({ url, instanceFrom: { body: /<b>(.*?)<\/b>/g } });
    server.close();
    expect(report.requests.map(({ instanceId }) => instanceId)).toEqual(['one', 'one', 'one', 'one']);
  });
});

describe('the expected Max-Age', () => {
  it('is the TTL from the control API (C16)', async () => {
    const { url, control } = await serve({ ttl: 60 });
    const report = await walk({ url, control });
    expect(step(report, '1.max-age')).toMatchObject({
      status: 'passed',
      expected: "Max-Age=60, the session's TTL",
    });
  });

  it('is 21600 by default', async () => {
    const { url } = await serve({ ttl: 60 });
    expect(withStatus(await walk({ url }), 'failed')).toEqual(['1.max-age']);
  });

  it('is the TTL from the caller when there is no control API', async () => {
    const { url } = await serve({ ttl: 60 });
    expect(withStatus(await walk({ url, sessionTTLInSeconds: 60 }), 'failed')).toEqual([]);
  });
});

describe('the fourth request', () => {
  it('is sent after the instance has been filled, with any number of sessions', async () => {
    const server = await serve({ limit: 20 });
    const { url, control } = server;
    const report = await walk({ url, control });
    expect(report.failed).toBe(0);
    expect(server.requests).toHaveLength(4 + 18);
    expect(step(report, '4.new-instance')?.expected).toContain(
      'limit 20; 18 more sessions opened to fill it',
    );
  });

  it('counts the earlier sessions', async () => {
    const server = await serve({ limit: 5 });
    await server.open();
    await server.open();
    const report = await walk({ url: server.url, control: server.control });
    expect(report).toMatchObject({ passed: 14, failed: 0 });
    expect(step(report, '4.new-instance')?.expected).toContain('limit 5; 1 more session opened');
    expect(server.sessions).toHaveLength(2);
  });

  it('is sent after the instance has been filled up to the limit from the caller', async () => {
    const server = await serve({ limit: 4 });
    const report = await walk({ url: server.url, sessionsPerInstance: 4 });
    expect(report).toMatchObject({ passed: 14, failed: 0 });
    expect(server.requests).toHaveLength(4 + 2);
  });

  it('is not judged when the limit is not known', async () => {
    const { url } = await serve({ limit: 2 });
    const report = await walk({ url });
    expect(withStatus(report, 'skipped')).toEqual(['4.new-instance']);
    expect(step(report, '4.new-instance')?.reason).toContain('--sessions-per-instance');
    expect(report.failed).toBe(0);
  });

  it('fails when the server puts too many sessions on an instance', async () => {
    const { url, control } = await serve({ limit: 4, realLimit: 100 });
    expect(withStatus(await walk({ url, control }), 'failed')).toEqual(['4.new-instance']);
    expect(withStatus(await walk({ url, sessionsPerInstance: 4 }), 'failed')).toEqual(['4.new-instance']);
  });
});

describe('the third request', () => {
  it('is not expected on the first instance when the limit is one session', async () => {
    const { url, control } = await serve({ limit: 1 });
    for (const target of [
      { url, control },
      { url, sessionsPerInstance: 1 },
    ]) {
      const report = await walk(target);
      expect(withStatus(report, 'failed')).toEqual([]);
      expect(withStatus(report, 'skipped')).toEqual(['3.same-instance']);
      expect(step(report, '3.same-instance')?.reason).toContain('takes one session only');
    }
  });

  it('is not expected on the first instance when the first session took its last slot', async () => {
    const server = await serve({ limit: 3 });
    await server.open();
    await server.open();
    const report = await walk({ url: server.url, control: server.control });
    expect(withStatus(report, 'failed')).toEqual([]);
    expect(withStatus(report, 'skipped')).toEqual(['3.same-instance']);
    expect(step(report, '3.same-instance')?.reason).toContain(
      'is full after the first request (3 sessions of 3)',
    );
  });
});

describe('a target in use', () => {
  it('may put the second session on an older instance with a free slot', async () => {
    const server = await serve({ limit: 2 });
    await server.open();
    await server.open();
    const [old] = server.sessions;
    const { url, control } = server;
    const report = await runSuite(
      'walkthrough',
      { url, control },
      {
        onStep: ({ id }) => {
          if (id !== 'walkthrough.2.same-instance' || old === undefined) return;
          void control.sessions.delete({ functionName: 'hello', sessionId: old.sessionId });
        },
      },
    );
    expect(withStatus(report, 'failed')).toEqual([]);
    expect(withStatus(report, 'skipped')).toEqual(['3.same-instance']);
    expect(step(report, '3.same-instance')?.reason).toContain('an older instance');
  });

  it("may set cookies of the handler's own (C28)", async () => {
    const { url, control } = await serve({
      setCookie: (id, ttl) => ['theme=dark; Path=/', `x-fc-cookie-session-id=${id}; Max-Age=${ttl}`],
    });
    expect(await walk({ url, control })).toMatchObject({ passed: 14, failed: 0, skipped: 0 });
  });
});

describe('the source of the instance of a response', () => {
  it('S18: is the control API alone when the handler names no instance, and the title of the step says so', async () => {
    const { url, control } = await serve({ namesItself: false });
    const report = await walk({ url, control });
    expect(report).toMatchObject({ passed: 14, failed: 0, skipped: 0 });
    const judged = report.steps.filter(({ title }) => title.endsWith(' (by the control API alone)'));
    expect(judged.map(({ id }) => id.replace('walkthrough.', ''))).toEqual([
      '2.same-instance',
      '3.same-instance',
      '4.new-instance',
    ]);
    for (const name of REPORTER_NAMES.filter((one) => one !== 'github'))
      expect(await renderReport(report, name)).toContain('(by the control API alone)');
  });

  it('is missing when neither names an instance: the step is skipped, never passed', async () => {
    const { url } = await serve({ namesItself: false });
    const report = await walk({ url, sessionsPerInstance: 2 });
    expect(withStatus(report, 'skipped')).toEqual(['2.same-instance', '3.same-instance', '4.new-instance']);
    expect(step(report, '2.same-instance')?.reason).toContain('no header X-Instance');
    expect(verdict(report)).toBe('passed');
  });

  it('fails when the control API names another instance than the handler', async () => {
    const server = await serve({
      tellSession: (session) => ({ ...session, containerId: 'c-a-lie' }),
    });
    const { url, control } = server;
    const report = await walk({ url, control });
    expect(withStatus(report, 'failed')).toEqual(['2.same-instance']);
    expect(withStatus(report, 'skipped')).toEqual(['3.same-instance', '4.new-instance']);
    expect(step(report, '3.same-instance')?.reason).toMatch(/^same cause as walkthrough\.2\.same-instance: /);
    expect(step(report, '2.same-instance')?.actual).toBe(
      'the handler says "c-00000000-instance", the control API says "c-a-lie"',
    );
    expect(server.sessions).toEqual([]);
  });
});

describe('the walkthrough of a server with a fault', () => {
  it.each<[string, AffinityServerOptions, string[], string[]]>([
    [
      'has no affinity',
      { type: 'NONE', instanceOf: (_own, request) => request - 1 },
      ['1.set-cookie'],
      WITHOUT_A_SESSION,
    ],
    ['has no affinity and one instance only', { type: 'NONE' }, ['1.set-cookie'], WITHOUT_A_SESSION],
    [
      'sets a cookie and then ignores it',
      { deaf: true, instanceOf: (_own, request) => (request - 1) % 2 },
      ['2.no-set-cookie', '2.same-instance'],
      [],
    ],
    [
      'keeps the session but not the instance',
      { instanceOf: (own, request) => (request === 2 ? 7 : own) },
      ['2.same-instance'],
      [],
    ],
    [
      'sets a wrong Max-Age',
      { setCookie: (id) => [`x-fc-cookie-session-id=${id}; Max-Age=3600`] },
      ['1.max-age'],
      [],
    ],
    [
      'sets two Max-Ages',
      { setCookie: (id, ttl) => [`x-fc-cookie-session-id=${id}; Max-Age=${ttl}; max-age=${ttl}`] },
      ['1.max-age'],
      [],
    ],
    ['sets no Max-Age', { setCookie: (id) => [`x-fc-cookie-session-id=${id}`] }, ['1.max-age'], []],
    [
      'adds a Path',
      { setCookie: (id, ttl) => [`x-fc-cookie-session-id=${id}; Max-Age=${ttl}; Path=/`] },
      ['1.attributes'],
      [],
    ],
    [
      'sets the cookie twice',
      { setCookie: (id, ttl) => Array(2).fill(`x-fc-cookie-session-id=${id}; Max-Age=${ttl}`) },
      ['1.set-cookie'],
      ['3.new-cookie', '4.new-cookie'],
    ],
    ['gives no request ID', { requestId: undefined }, ['1.request-id'], []],
    ['gives a UUID as request ID', { requestId: crypto.randomUUID() }, ['1.request-id'], []],
    [
      'answers 503 once',
      { status: (request) => (request === 3 ? 503 : 200) },
      ['3.status'],
      ['3.new-cookie', '3.same-instance', '4.status', '4.new-cookie', '4.new-instance'],
    ],
    ['opens an instance for each session', { realLimit: 1 }, ['3.same-instance'], []],
  ])('S8: %s: one step fails for each cause', async (_what, options, failed, skipped) => {
    const { url } = await serve(options);
    const report = await walk({ url, sessionsPerInstance: 2 });
    expect(withStatus(report, 'failed')).toEqual(failed);
    expect(withStatus(report, 'skipped')).toEqual(skipped);
    expect(verdict(report)).toBe('failed');
  });

  it('deletes its sessions when it is aborted', async () => {
    const stop = new AbortController();
    const server = await serve();
    const { url, control } = server;
    const run = runSuite(
      'walkthrough',
      { url, control, signal: stop.signal },
      { onStep: ({ id }) => id === 'walkthrough.2.status' && stop.abort(new Error('interrupted')) },
    );
    await expect(run).rejects.toThrow('interrupted');
    expect(server.requests).toHaveLength(2);
    expect(server.sessions).toEqual([]);
  });
});

describe('a target that does not answer', () => {
  it('is an UnreachableError, not a failed step', async () => {
    const server = await startAffinityServer();
    await server.close();
    await expect(walk({ url: server.url })).rejects.toThrow(UnreachableError);
  });

  it('is an UnreachableError when the answer is not HTTP', async () => {
    const server = createServer((request) => void request.socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    await expect(walk({ url })).rejects.toThrow(UnreachableError);
    server.close();
  });

  it('that stops answering fails the current step, and the later steps are skipped', async () => {
    let requests = 0;
    const server = createServer((request, response) => {
      requests += 1;
      if (requests > 1) request.socket.destroy();
      else response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const report = await walk({ url });
    server.close();
    expect(report.steps.map(({ id }) => id)).toEqual(ALL_STEPS);
    expect(step(report, '2.status')).toMatchObject({ status: 'failed' });
    expect(withStatus(report, 'skipped')).toContain('3.status');
  });
});
