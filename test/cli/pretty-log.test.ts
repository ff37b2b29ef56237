import { expect, it } from 'vitest';
import { prettyLog } from '../../src/cli/serve/pretty-log.js';
import type { EmulatorEvent } from '../../src/model/events.js';
import type { Session } from '../../src/model/session.js';
import { memoryScreen } from '../support/memory-context.js';

const SESSION: Session = {
  sessionId: 'b65810fa-0000-4000-8000-000000000000',
  functionName: 'hello',
  qualifier: 'LATEST',
  sessionAffinityType: 'GENERATED_COOKIE',
  sessionTTLInSeconds: 21600,
  sessionIdleTimeoutInSeconds: 1800,
  disableSessionIdReuse: false,
  createdTime: '2026-01-01T00:00:00Z',
  lastModifiedTime: '2026-01-01T00:00:00Z',
  sessionStatus: 'Expired',
  containerId: '',
};
const EXPIRED: EmulatorEvent = { type: 'session.expired', seq: 1, at: 0, session: SESSION, reason: 'idle' };

it('S1: very many sessions that expire in one turn are counted, and the next one has a line again', async () => {
  const screen = await memoryScreen();
  const log = prettyLog(screen, { logFormat: 'pretty', quiet: false, verbose: false });
  for (let count = 0; count < 1000; count++) log.event(EXPIRED);
  await new Promise((resolve) => setImmediate(resolve));
  const lines = screen.text.trimEnd().split('\n');
  expect(lines).toHaveLength(21);
  expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d {2}session b65810fa expired: unused for 30m$/);
  expect(lines[20]).toBe('980 more sessions expired');
  log.event(EXPIRED);
  expect(screen.text.trimEnd().split('\n')).toHaveLength(22);
});

it('wraps a note between words to the width of the terminal', async () => {
  const screen = await memoryScreen(40);
  const log = prettyLog(screen, { logFormat: 'pretty', quiet: false, verbose: false });
  log.notice('a note of several words that is too long for a line');
  expect(screen.text).toBe('note: a note of several words that is\n      too long for a line\n');
});
