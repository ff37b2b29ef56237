import type { Clock } from './clock.js';

/** Names for what the emulator makes. */
export interface Ids {
  /** A lower-case UUID v4 with dashes: what the gateway plants in cookies. */
  sessionId(): string;
  /** `1-<8 hex unix seconds>-<8 hex>-<12 hex>` */
  requestId(): string;
  /** `c-<8 hex unix seconds>-<8 hex>-<12 hex>`, the session's `containerId` */
  instanceId(): string;
}

/** Gives that many bytes that nobody can guess. */
export type RandomBytes = (size: number) => Uint8Array;

const POOL_BYTES = 4096;
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

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
    const seconds = Math.floor(clock.wallTime().getTime() / 1000);
    return `${prefix}-${(seconds >>> 0).toString(16).padStart(8, '0')}-${hex(take(4))}-${hex(take(6))}`;
  };

  return {
    sessionId: () => uuid(take(16)),
    requestId: () => stamped('1'),
    instanceId: () => stamped('c'),
  };
}

function uuid(bytes: Uint8Array): string {
  const version = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  const variant = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const part = (from: number, to: number): string => hex(bytes.subarray(from, to));
  return `${part(0, 4)}-${part(4, 6)}-${HEX[version]}${part(7, 8)}-${HEX[variant]}${part(9, 10)}-${part(10, 16)}`;
}

function hex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += HEX[byte];
  return text;
}
