import { createHash, randomBytes } from 'node:crypto';
import { FcError } from '../model/errors.js';

/** A page cannot sign its requests: it sends its key in this header. */
export const CONSOLE_KEY_HEADER = 'x-fc-affinity-console';

/**
 * Lets the console in where requests must be signed. The address that `serve` prints contains a token. The page exchanges it for a key,
 * which is valid until the emulator ends; then the next token is valid.
 */
export class ConsoleKeys {
  readonly #keys = new Set<string>();
  readonly #onUsed: (next: string) => void;
  #token = secret();

  /** @param onUsed told of the next token when one was used */
  constructor(onUsed: (next: string) => void) {
    this.#onUsed = onUsed;
  }

  /** The one that can be used now. */
  get token(): string {
    return this.#token;
  }

  /** @throws AccessDenied for a token that was used or that nobody has printed */
  exchange(token: string): string {
    if (digest(token) !== digest(this.#token))
      throw new FcError('AccessDenied', 'the token is not valid: open the address that serve printed last');
    this.#token = secret();
    const key = secret();
    this.#keys.add(digest(key));
    this.#onUsed(this.#token);
    return key;
  }

  /** @throws AccessDenied for a key of another run */
  check(key: string): void {
    if (this.#keys.has(digest(key))) return;
    throw new FcError(
      'AccessDenied',
      'the key of the console is not valid: open the address that serve printed last',
    );
  }
}

/** 128 bits. */
function secret(): string {
  return randomBytes(16).toString('base64url');
}

/** The time that a comparison takes tells nothing of what is compared. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
