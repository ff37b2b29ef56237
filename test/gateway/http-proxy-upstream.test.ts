import { expect, onTestFinished, test } from 'vitest';
import { HttpProxyUpstream } from '../../src/gateway/http-proxy-upstream.js';
import type { Assignment } from '../../src/model/admission.js';
import { MovableClock } from '../../src/model/clock.js';
import { startStrictUpstream } from '../support/strict-upstream.js';

test.each(['DELETE', 'OPTIONS'])(
  'http-proxy has no say in how a %s is framed (CVE-2026-29057, T13)',
  async (method) => {
    const { host, port, requests } = await startStrictUpstream();
    const upstream = new HttpProxyUpstream(new MovableClock());
    onTestFinished(() => upstream.destroy());
    const assignment = { instanceId: 'c-1', address: { host, port } } as Assignment;

    const made = upstream.request({
      assignment,
      method,
      target: '/',
      lines: ['Host', 'localhost', 'Transfer-Encoding', 'chunked'],
    });
    const answered = new Promise((resolve) => made.once('response', (reply) => resolve(reply.resume())));
    made.end('abc');
    await answered;

    expect(requests.map(({ headers, body }) => [headers.map(([name]) => name), body])).toEqual([
      [['Host', 'Transfer-Encoding', 'Connection'], 'abc'],
    ]);
  },
);
