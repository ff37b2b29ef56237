/** DEL, C1 controls, and characters that change the writing direction. JSON does not escape them, but a terminal executes them. */
const DANGEROUS = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** @returns equal JSON without control characters */
export function safeJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(
    DANGEROUS,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
