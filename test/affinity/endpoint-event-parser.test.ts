import { describe, expect, test } from 'vitest';
import { EndpointEventParser } from '../../src/affinity/endpoint-event-parser.js';

const URL_OF_A = '/m?sessionId=a';

function endpointsOf(...chunks: readonly Uint8Array[]): string[] {
  const found: string[] = [];
  const parser = new EndpointEventParser((data) => found.push(data));
  for (const chunk of chunks) parser.push(chunk);
  return found;
}

describe('the endpoint event of a stream', () => {
  test.each([
    ['as SDKs write it', 'event: endpoint\ndata: /m?sessionId=a\n\n', [URL_OF_A]],
    ['no space after the colons', 'event:endpoint\ndata:/m?sessionId=a\n\n', [URL_OF_A]],
    ['CRLF', 'event: endpoint\r\ndata: /m?sessionId=a\r\n\r\n', [URL_OF_A]],
    ['CR alone', 'event: endpoint\rdata: /m?sessionId=a\r\r', [URL_OF_A]],
    ['a byte order mark', '\ufeffevent: endpoint\ndata: /m?sessionId=a\n\n', [URL_OF_A]],
    [
      'comment, id and retry first',
      ': hi\nid: 7\nretry: 10\nevent: endpoint\ndata: /m?sessionId=a\n\n',
      [URL_OF_A],
    ],
    ['data before event', 'data: /m?sessionId=a\nevent: endpoint\n\n', [URL_OF_A]],
    [
      'another event first',
      'event: message\ndata: {}\n\nevent: endpoint\ndata: /m?sessionId=a\n\n',
      [URL_OF_A],
    ],
    ['two data lines', 'event: endpoint\ndata: /m?\ndata: sessionId=a\n\n', [URL_OF_A]],
    ['an event that never ends', 'event: endpoint\ndata: /m?sessionId=a\n', []],
    ['an endpoint without data', 'event: endpoint\n\n', []],
    ['the word endpoint as data', 'data: endpoint\n\nevent: message\ndata: event: endpoint\n\n', []],
    ['a second endpoint', 'event: endpoint\ndata: /1\n\nevent: endpoint\ndata: /2\n\n', ['/1', '/2']],
    ['a line beyond the limit', `event: endpoint\ndata: ${'x'.repeat(9000)}\n\n`, []],
  ])('S01 S04 %s, cut at every byte', (_what, text, expected) => {
    const bytes = Buffer.from(text);
    for (let at = 0; at <= bytes.length; at++) {
      expect(endpointsOf(bytes.subarray(0, at), bytes.subarray(at))).toEqual(expected);
    }
    expect(endpointsOf(...[...bytes].map((byte) => Buffer.of(byte)))).toEqual(expected);
  });

  test('an event of any length leaves no more than a few kilobytes behind', () => {
    const found: string[] = [];
    const parser = new EndpointEventParser((data) => found.push(data));
    for (let line = 0; line < 10_000; line++) parser.push(Buffer.from(`data: ${'y'.repeat(1000)}\n`));
    parser.push(Buffer.from('event: endpoint\n\n'));
    expect(found[0]?.length).toBeLessThan(10_000);
  });
});
