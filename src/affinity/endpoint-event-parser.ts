/** An `endpoint` event is short. The parser ignores a longer line, and an event with more data. */
const LONGEST_LINE = 8192;
const LF = 10;
const CR = 13;
const COLON = 58;
const SPACE = 32;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/**
 * Reads a stream of server-sent events as it passes and reports the data of each `endpoint` event (WHATWG HTML §9.2.6). It keeps at most
 * one line and the data of one event; it never delays or changes a byte.
 */
export class EndpointEventParser {
  readonly #onEndpoint: (data: string) => void;
  #line: number[] = [];
  #lineIsTooLong = false;
  #afterCarriageReturn = false;
  #bytesSeen = 0;
  #eventType = '';
  #data = '';

  /** @param onEndpoint receives the event's data, its lines joined */
  constructor(onEndpoint: (data: string) => void) {
    this.#onEndpoint = onEndpoint;
  }

  push(chunk: Uint8Array): void {
    for (const byte of chunk) {
      if (this.#bytesSeen < 3 && byte === BYTE_ORDER_MARK[this.#bytesSeen]) {
        this.#bytesSeen++;
        continue;
      }
      this.#bytesSeen = 3;
      if (byte === LF && this.#afterCarriageReturn) {
        this.#afterCarriageReturn = false;
        continue;
      }
      this.#afterCarriageReturn = byte === CR;
      if (byte === LF || byte === CR) this.#endLine();
      else if (this.#line.length < LONGEST_LINE) this.#line.push(byte);
      else this.#lineIsTooLong = true;
    }
  }

  #endLine(): void {
    const line = this.#line;
    const isTooLong = this.#lineIsTooLong;
    this.#line = [];
    this.#lineIsTooLong = false;
    if (isTooLong) return;
    if (line.length === 0) this.#endEvent();
    else this.#readField(line);
  }

  #readField(line: readonly number[]): void {
    const colon = line.indexOf(COLON);
    const name = textOf(colon < 0 ? line : line.slice(0, colon));
    const from = line[colon + 1] === SPACE ? colon + 2 : colon + 1;
    const value = colon < 0 ? '' : textOf(line.slice(from));
    if (name === 'event') this.#eventType = value;
    if (name === 'data' && this.#data.length < LONGEST_LINE) this.#data += value;
  }

  #endEvent(): void {
    if (this.#eventType === 'endpoint' && this.#data !== '') this.#onEndpoint(this.#data);
    this.#eventType = '';
    this.#data = '';
  }
}

function textOf(bytes: readonly number[]): string {
  return Buffer.from(bytes).toString('utf8');
}
