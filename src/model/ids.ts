import { randomBytes, randomFillSync, randomUUID } from 'node:crypto';
import type { Clock } from './clock.js';

/** Makes the IDs of the emulator. Nobody can guess one. */
export interface Ids {
  /** A lower-case UUID v4 with dashes: the value of the session cookie. */
  sessionId(): string;
  /** A UUID v4. */
  functionId(): string;
  /** A UUID v4. */
  triggerId(): string;
  /** `1-<8 hex unix seconds>-<8 hex>-<12 hex>` */
  requestId(): string;
  /** `c-<8 hex unix seconds>-<8 hex>-<12 hex>`, the session's `containerId` */
  instanceId(): string;
  /** A UUID v4 that names this run of the emulator. */
  runNonce(): string;
}

/** @param clock stamps request and instance IDs */
export function createIds(clock: Clock): Ids {
  const stamped = (prefix: string): string => {
    const seconds = (Math.floor(clock.now() / 1000) >>> 0).toString(16).padStart(8, '0');
    const random = nextRandom(10).toString('hex');
    return flat(`${prefix}-${seconds}-${random.slice(0, 8)}-${random.slice(8)}`);
  };
  const uuid = (): string => flat(randomUUID());
  return {
    sessionId: uuid,
    functionId: uuid,
    triggerId: uuid,
    requestId: () => stamped('1'),
    instanceId: () => stamped('c'),
    runNonce: uuid,
  };
}

/** @returns a random number from 0 up to 1 */
export function chance(): number {
  return randomBytes(4).readUInt32LE() / 2 ** 32;
}

/** Random bytes are drawn in advance: to draw them for each request would cost a fifth of its check. */
const pool = Buffer.alloc(4096);
let used = pool.length;

/** @returns bytes that are valid until the next call */
function nextRandom(count: number): Buffer {
  if (used + count > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += count;
  return pool.subarray(used - count, used);
}

/** Copies an ASCII text: V8 keeps a concatenated string as all its parts, which costs more memory than the rest of a session. */
function flat(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}
