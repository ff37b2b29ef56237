import { versionName } from '../model/common-headers.js';
import type { ExchangeReply, FunctionAnswer } from '../model/exchange.js';
import { HeaderLines } from '../model/headers.js';
import { endLine, type InstanceLog, startLine } from '../model/instance.js';
import { peakMemoryOf } from '../system/peak-memory.js';

interface Answered {
  readonly requestId: string;
  readonly reply: ExchangeReply;
  readonly answer: FunctionAnswer;
  /** Of the body, where it is known. */
  readonly length: number | undefined;
  readonly elapsedMs: number;
  readonly tail: boolean;
}

/** `x-fc-log-result` holds so many bytes of the log (spec §6). */
const LOG_BYTES = 4096;

const EXPOSED = [
  'Date',
  'x-fc-request-id',
  'x-fc-error-type',
  'x-fc-code-checksum',
  'x-fc-invocation-duration',
  'x-fc-max-memory-usage',
  'x-fc-log-result',
  'x-fc-invocation-code-version',
].join(',');

/** Of code that is a folder of this machine, as GetFunction shows it. */
const NO_CHECKSUM = '0';

const ERROR_TYPES: ReadonlySet<string> = new Set(['HandledInvocationError', 'UnhandledInvocationError']);

/** @returns the header lines of a result of InvokeFunction (spec §6), flat */
export function invocationResult({ requestId, reply, answer, length, elapsedMs, tail }: Answered): string[] {
  const { assignment } = answer;
  const { versionId, config } = assignment.revision;
  const lines = [
    ...reply.lines,
    ...['Access-Control-Expose-Headers', EXPOSED],
    ...['Content-Type', 'application/octet-stream'],
    ...['X-Fc-Instance-Id', assignment.instanceId],
    ...['X-Fc-Invocation-Duration', String(Math.ceil(elapsedMs))],
    ...['X-Fc-Invocation-Service-Version', versionName(versionId)],
    ...['X-Fc-Invocation-Code-Version', versionName(versionId)],
    ...['X-Fc-Code-Checksum', config.code?.checksum ?? NO_CHECKSUM],
    ...failureLines(reply.status, new HeaderLines([...answer.lines])),
  ];
  const bodyLength = reply.status === 204 || reply.status === 304 ? 0 : length;
  if (bodyLength !== undefined) lines.push('Content-Length', String(bodyLength));
  const peak = assignment.pid === undefined ? undefined : peakMemoryOf(assignment.pid);
  if (peak !== undefined) lines.push('X-Fc-Max-Memory-Usage', (peak / 1024 / 1024).toFixed(2));
  if (tail && assignment.log !== undefined)
    lines.push('X-Fc-Log-Result', logOf(assignment.log, requestId).toString('base64'));
  return lines;
}

/** A handler reports a failure by its status, or by `x-fc-status` (spec §8.4). */
function failureLines(status: number, handlerLines: HeaderLines): readonly string[] {
  const declared = handlerLines.get('x-fc-status')?.trim() ?? '200';
  if (status >= 200 && status < 300 && declared === '200') return [];
  // The servers of the built-in runtimes name the kind of the failure.
  const named = handlerLines.get('x-fc-error-type') ?? '';
  if (ERROR_TYPES.has(named)) return ['X-Fc-Error-Type', named];
  const shown = declared === '200' ? String(status) : `${status} with x-fc-status ${declared}`;
  return [
    ...['X-Fc-Error-Type', 'HandledInvocationError'],
    // The emulator's own, for the command `invoke`.
    ...['X-Fc-Affinity-Handler-Status', shown.slice(0, 64)],
  ];
}

/** The last 4 KB of what the instance has printed since it took the request. */
function logOf(log: InstanceLog, requestId: string): Buffer {
  const texts = log.lines().map(({ text }) => text);
  const begin = Math.max(texts.lastIndexOf(startLine('Invoke', requestId)), 0);
  // The log has this line when the request is over.
  const own = [...texts.slice(begin), endLine('Invoke', requestId)];
  const bytes = Buffer.from(`${own.join('\n')}\n`);
  let from = Math.max(0, bytes.length - LOG_BYTES);
  // A character of UTF-8 is not cut.
  while (from > 0 && from < bytes.length && ((bytes[from] ?? 0) & 0xc0) === 0x80) from++;
  return bytes.subarray(from);
}
