import type { Clock } from './clock.js';

/** Names for what the emulator makes. */
export interface Ids {
  /** A lower-case UUID v4 with dashes: what the gateway plants in cookies. */
  sessionId(): string;
  /** A UUID v4 */
  functionId(): string;
  /** `1-<8 hex unix seconds>-<8 hex>-<12 hex>` */
  requestId(): string;
  /** `c-<8 hex unix seconds>-<8 hex>-<12 hex>`, the session's `containerId` */
  instanceId(): string;
  /** A UUID v4 that names this run of the emulator and that nobody can guess. */
  runNonce(): string;
}

/** Gives that many bytes that nobody can guess. */
export type RandomBytes = (size: number) => Uint8Array;

const POOL_BYTES = 4096;

/** @param clock stamps request and instance IDs */
export function createIds(randomBytes: RandomBytes, clock: Clock): Ids {
  let pool: Uint8Array = new Uint8Array(0);
  let used = 0;

  const take = (size: number): Uint8Array => {
    if (used + size > pool.length) {
      pool = randomBytes(POOL_BYTES);
      used = 0;
    }
    used += size;
    return pool.subarray(used - size, used);
  };
  const stamped = (prefix: string): string => {
    const seconds = Math.floor(clock.now() / 1000);
    return `${prefix}-${(seconds >>> 0).toString(16).padStart(8, '0')}-${hex(take(4))}-${hex(take(6))}`;
  };

  const newUuid = (): string => uuid(take(16));

  return {
    sessionId: newUuid,
    functionId: newUuid,
    requestId: () => stamped('1'),
    instanceId: () => stamped('c'),
    runNonce: newUuid,
  };
}

/** Bytes before which a dash stands in a UUID. */
const DASHED = new Set([4, 6, 8, 10]);
const DASH = 45;

function uuid(bytes: Uint8Array): string {
  const codes: number[] = [];
  for (const [at, byte] of bytes.entries()) {
    if (DASHED.has(at)) codes.push(DASH);
    const marked = at === 6 ? (byte & 0x0f) | 0x40 : at === 8 ? (byte & 0x3f) | 0x80 : byte;
    codes.push(hexDigit(marked >> 4), hexDigit(marked & 15));
  }
  return text(codes);
}

function hex(bytes: Uint8Array): string {
  const codes: number[] = [];
  for (const byte of bytes) codes.push(hexDigit(byte >> 4), hexDigit(byte & 15));
  return text(codes);
}

/** The character code of 0–9, a–f. */
function hexDigit(value: number): number {
  return value < 10 ? 48 + value : 87 + value;
}

/** In one piece: a string that is put together bit by bit keeps its bits, which costs a session more than all the rest of it. */
function text(codes: readonly number[]): string {
  return String.fromCharCode(...codes);
}
