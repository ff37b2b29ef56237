/** DEL, C1 controls, and what turns the direction of writing: JSON leaves them as they are, a terminal obeys them. */
const DANGEROUS = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** @returns JSON of equal value that holds no control character */
export function safeJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(
    DANGEROUS,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
