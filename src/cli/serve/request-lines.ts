import { hintText } from '../../model/hint-text.js';
import { timeOfDay } from '../../model/human-time.js';
import type { RequestRecord } from '../../model/request-record.js';
import { sanitize } from '../../model/sanitize.js';
import { shortInstanceId, shortSessionId } from '../../model/short-id.js';
import { wrapText } from '../../model/wrap-text.js';
import type { Paint, Style } from '../output/style.js';

interface LineFormat {
  readonly style: Style;
  /** Undefined where the output is not a terminal: then no line is cut or wrapped. */
  readonly columns: number | undefined;
  /** Whether the log already shows the output of the handler. */
  readonly isOutputShown?: boolean;
}

/** With this width or more, request IDs are shown in full, and columns are two spaces apart. */
const WIDE = 120;
/** With less than this width, there is no request ID. */
const LEAST_WITH_ID = 72;
const LEAST_PATH = 8;
const SHORT_ID = 8;
const PATH = 24;
/** The width of `scaled-out`. A longer decision shortens the path. */
const DECISION = 10;
const INDENT = ' '.repeat(10);

/**
 * One line for a request, and notes for its sender below it. `+` marks a session that this request opened.
 * `20:31:00  1-6a9fc460-15dedac1-dcd067fab329  GET /path   200   12 ms  +3f2a91c0  67fab329  first-fit`
 */
export function requestLines(
  record: RequestRecord,
  { style, columns, isOutputShown = true }: LineFormat,
): string[] {
  const { requestId, method, target, at, durationMs, decision, refusal, hint } = record;
  const narrow = isNarrow(columns);
  const gap = gapFor(columns);
  const time = timeOfDay(at);
  const id = sanitize(narrow ? requestId.slice(-SHORT_ID) : requestId);
  const took = elapsed(durationMs).padStart(7);
  const isNew = decision?.session === 'opened' || decision?.session === 'reopened';
  const { sessionId = '-', instanceId = '-' } = decision ?? {};
  const session = `${isNew ? '+' : ' '}${sanitize(shortSessionId(sessionId))}`.padEnd(SHORT_ID + 1);
  const instance = sanitize(shortInstanceId(instanceId)).padEnd(SHORT_ID);
  const who = [style.id(sessionId)(session), style.id(instanceId)(instance)];
  const what = decisionInWords(record);
  const begin = columns !== undefined && columns < LEAST_WITH_ID ? [time] : [time, id];

  const others = [...begin, '', '200', took, session, instance, what.padEnd(DECISION)].join(gap).length;
  const requestLine = `${sanitize(method)} ${sanitize(target)}`;
  const request = columns === undefined ? requestLine.padEnd(PATH) : fitted(requestLine, columns - others);
  const start = style.dim(begin.join(gap));
  const lines = [
    [start, request, status(record, style), style.dim(took), ...who, style.dim(what)].join(gap).trimEnd(),
  ];
  const below = (text: string, paint?: Paint, label?: string): void => {
    lines.push(...linesBelow(text, { paint, label, columns }));
  };
  if (refusal !== undefined) {
    const [first, ...others] = isOutputShown ? quotedFirst(refusal.message) : refusal.message.split('\n');
    below(first ?? '', style.bad, refusal.code);
    for (const other of others) below(other);
    if (refusal.fix !== undefined) below(refusal.fix, style.note, 'fix:');
  }
  for (const note of [decision?.hint, hint]) {
    if (note !== undefined) below(hintText(note), style.note);
  }
  return lines;
}

/** The space between two columns of the log. */
export function gapFor(columns: number | undefined): string {
  return isNarrow(columns) ? ' ' : '  ';
}

function isNarrow(columns: number | undefined): boolean {
  return columns !== undefined && columns < WIDE;
}

function elapsed(milliseconds: number): string {
  if (milliseconds < 9999.5) return `${Math.round(milliseconds)} ms`;
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

function decisionInWords({ decision, outcome, attempts, entrance, status }: RequestRecord): string {
  const parts: string[] = decision === undefined ? [] : [decision.placement];
  if (outcome !== 'completed') parts.push(outcome);
  if (attempts.length > 1) parts.push(`${attempts.length} tries`);
  if (entrance !== 'api') return parts.join(', ');
  parts.push('by API');
  // The reply of InvokeFunction has its own status, not that of the handler.
  const answered = attempts.at(-1)?.status ?? status;
  if (outcome === 'completed' && answered !== status) parts.push(`the handler answered ${answered}`);
  return parts.join(', ');
}

function status({ status: code }: RequestRecord, { good, note, bad }: Style): string {
  const paint = code < 400 ? good : code < 500 ? note : bad;
  return paint(String(code));
}

function fitted(text: string, places: number): string {
  const width = Math.max(places, LEAST_PATH);
  return text.length <= width ? text.padEnd(width) : `${text.slice(0, width - 1)}…`;
}

/** The log already shows the output of the process, so only the line with the failure is repeated, before the sentence. */
function quotedFirst(message: string): string[] {
  const [sentence = '', logs = ''] = message.split('\nLogs:\n');
  const [telling = ''] = logs.split('\n');
  return telling === '' ? [sentence] : [telling, sentence];
}

/** On a terminal wrapped between words. Only the label is painted, or everything where there is none. */
function linesBelow(
  text: string,
  {
    paint = (plain) => plain,
    label = '',
    columns,
  }: { readonly paint?: Paint; readonly label?: string; readonly columns: number | undefined },
): string[] {
  return `${label} ${text}`
    .trim()
    .split('\n')
    .map(sanitize)
    .flatMap((line) => (columns === undefined ? [line] : wrapText(line, columns - INDENT.length, '  ')))
    .map((line, at) => {
      const painted = label === '' ? line.length : at === 0 ? label.length : 0;
      return `${INDENT}${painted === 0 ? '' : paint(line.slice(0, painted))}${line.slice(painted)}`;
    });
}
