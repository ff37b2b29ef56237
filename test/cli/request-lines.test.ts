import { describe, expect, it } from 'vitest';
import { styleFor } from '../../src/cli/output/style.js';
import { requestLines } from '../../src/cli/serve/request-lines.js';
import type { RequestRecord } from '../../src/model/request-record.js';

const style = await styleFor(false);
const RECORD: RequestRecord = {
  requestId: '1-6a9fc460-15dedac1-dcd067fab329',
  functionName: 'hello',
  qualifier: 'LATEST',
  entrance: 'trigger',
  method: 'GET',
  target: '/some/path',
  upgrade: false,
  at: Date.UTC(2025, 11, 30, 12),
  outcome: 'completed',
  status: 200,
  decision: {
    placement: 'first-fit',
    instanceId: 'c-6a9fc460-15dedac1-dcd067fab329',
    sessionId: '3f2a91c0-0000-4000-8000-000000000000',
    session: 'opened',
  },
  attempts: [],
  evidence: {},
  durationMs: 12.3,
};

function first(record: Partial<RequestRecord>, columns?: number): string {
  return requestLines({ ...RECORD, ...record }, { style, columns })[0] ?? '';
}

describe('the line of a request', () => {
  it('has every field of the contract, and is not cut where the output is no terminal', () => {
    const target = `/${'x'.repeat(200)}`;
    expect(first({ target })).toMatch(
      /^\d\d:\d\d:\d\d {2}1-6a9fc460-15dedac1-dcd067fab329 {2}GET \/x{200} {2}200 {4}12 ms {2}\+3f2a91c0 {2}67fab329 {2}first-fit$/,
    );
  });

  it.each([80, 100, 120, 160])('fits into %i columns, its columns aligned', (columns) => {
    const lines = [
      first({}, columns),
      first({ target: `/${'x'.repeat(200)}`, durationMs: 123456 }, columns),
      first({ method: 'DELETE', decision: { ...decision(), session: 'known', placement: 'bound' } }, columns),
    ];
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
    expect(new Set(lines.map((line) => line.indexOf('67fab329', 40))).size).toBe(1);
  });

  it('marks with + the request that opened a session', () => {
    expect(first({})).toContain('+3f2a91c0');
    expect(first({ decision: { ...decision(), session: 'known' } })).toContain(' 3f2a91c0');
  });

  it('shows below why a request was refused, and what to do', () => {
    const refusal = { code: 'ResourceExhausted', message: 'all taken', fix: '--max-instances 40' } as const;
    const lines = requestLines(
      { ...RECORD, decision: undefined, outcome: 'refused', status: 429, attempts: [], refusal },
      { style, columns: 80 },
    );
    expect(lines[0]).toMatch(/429 .*refused$/);
    expect(lines.slice(1)).toEqual([
      '          ResourceExhausted all taken',
      '          fix: --max-instances 40',
    ]);
  });

  it('wraps between words, on a terminal, what stands below the line', () => {
    const message = 'concurrency limit exceeded: all 2 instances of the function are full';
    const refusal = { code: 'ResourceExhausted', message } as const;
    const below = (columns?: number) =>
      requestLines(
        { ...RECORD, decision: undefined, outcome: 'refused', status: 429, refusal },
        { style, columns },
      ).slice(1);
    expect(below(80)).toEqual([
      '          ResourceExhausted concurrency limit exceeded: all 2 instances of the',
      '            function are full',
    ]);
    expect(below()).toEqual([`          ResourceExhausted ${message}`]);
  });

  it('names an invocation by API, and what its handler answered where the reply does not tell it', () => {
    const attempt = { decision: decision(), outcome: 'answered', admittedMs: 1, endedMs: 2 } as const;
    const line = (status: number) => first({ entrance: 'api', attempts: [{ ...attempt, status }] });
    expect(line(200)).toMatch(/ 200 .*first-fit, by API$/);
    expect(line(404)).toMatch(/ 200 .*first-fit, by API, the handler answered 404$/);
    expect(first({ attempts: [{ ...attempt, status: 200 }] })).toMatch(/first-fit$/);
  });

  it('T10: lets no control character of a request through', () => {
    const lines = requestLines(
      {
        ...RECORD,
        method: 'G\x1b',
        target: '/\x9b\r\n',
        hint: { code: 'cookie-path', folder: '/see\x07\nthis' },
      },
      { style, columns: undefined },
    );
    expect(lines.join('')).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
  });
});

function decision(): NonNullable<RequestRecord['decision']> {
  if (RECORD.decision === undefined) throw new Error('the record has a decision');
  return RECORD.decision;
}
