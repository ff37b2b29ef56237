/** The polynomial of ECMA-182, reversed, as its high and low half: the checksum of Function Compute and OSS. */
const HIGH_POLYNOMIAL = 0xc96c5795;
const LOW_POLYNOMIAL = 0xd7870f42;

/** @returns the CRC-64 (ECMA-182) as a decimal number, as `codeChecksum` has it */
export function crc64(bytes: Uint8Array): string {
  const { highs, lows } = tables();
  let high = 0xffffffff;
  let low = 0xffffffff;
  for (const byte of bytes) {
    const index = (low ^ byte) & 0xff;
    low = ((low >>> 8) | (high << 24)) ^ (lows[index] ?? 0);
    high = (high >>> 8) ^ (highs[index] ?? 0);
  }
  return String((BigInt(~high >>> 0) << 32n) | BigInt(~low >>> 0));
}

interface Tables {
  readonly highs: Uint32Array;
  readonly lows: Uint32Array;
}

let made: Tables | undefined;

function tables(): Tables {
  if (made !== undefined) return made;
  const highs = new Uint32Array(256);
  const lows = new Uint32Array(256);
  for (let index = 0; index < 256; index++) {
    let high = 0;
    let low = index;
    for (let bit = 0; bit < 8; bit++) {
      const carry = low & 1;
      low = (low >>> 1) | (high << 31);
      high >>>= 1;
      if (carry === 1) {
        low ^= LOW_POLYNOMIAL;
        high ^= HIGH_POLYNOMIAL;
      }
    }
    highs[index] = high;
    lows[index] = low;
  }
  made = { highs, lows };
  return made;
}
