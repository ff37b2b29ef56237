import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { MovableClock } from '../../src/model/clock.js';
import type { StoredSession } from '../../src/model/session-store.js';
import { openStateDirectory, type StateDirectory } from '../../src/store/state-directory.js';

export const WALL_NOW = Date.UTC(2025, 3, 1, 8, 15, 27);

export function storedSession(order: number, changes: Partial<StoredSession> = {}): StoredSession {
  return {
    sessionId: `session-${order}`,
    terms: {
      functionName: 'hello',
      qualifier: 'LATEST',
      sessionAffinityType: 'HEADER_FIELD',
      sessionTTLInSeconds: 21600,
      sessionIdleTimeoutInSeconds: 1800,
      disableSessionIdReuse: false,
    },
    sessionStatus: 'Active',
    createdAt: WALL_NOW + order + 0.125,
    lastModifiedAt: WALL_NOW + order + 0.125,
    lastUsedAt: WALL_NOW + order + 0.125,
    used: false,
    endedAt: 0,
    containerId: 'c-67eb9f3f-00000001-000000000001',
    order,
    ...changes,
  };
}

/** In memory where possible: a disk answers these tests no differently, and hundreds of fsyncs take long. */
const FOLDERS = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(FOLDERS, 'fc-affinity-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

interface Opened {
  readonly state: StateDirectory;
  readonly warnings: string[];
  readonly clock: MovableClock;
}

/** Opens a state directory on a clock that stands still. */
export function open(
  directory: string,
  { compactFromBytes }: { readonly compactFromBytes?: number } = {},
): Opened {
  const warnings: string[] = [];
  const clock = new MovableClock({ frozen: true, startAt: WALL_NOW });
  const state = openStateDirectory({
    directory,
    clock,
    wallNow: WALL_NOW,
    onWarning: (text) => warnings.push(text),
    ...(compactFromBytes !== undefined && { compactFromBytes }),
  });
  onTestFinished(() => state.close());
  return { state, warnings, clock };
}

/** What a start after now would find: opens, reads and closes. */
export function kept(directory: string, functionName = 'hello', qualifier = 'LATEST'): StoredSession[] {
  const { state } = open(directory);
  const sessions = [...state.storeOf(functionName, qualifier).all()];
  state.close();
  return sessions;
}
