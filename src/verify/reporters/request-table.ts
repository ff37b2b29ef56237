import Table from 'cli-table3';
import { SESSION_COOKIE } from '../../model/session.js';
import type { RequestRow } from '../report.js';
import { plain } from './plain.js';

const COOKIE = `${SESSION_COOKIE}=`;
const NO_LINES = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '' },
};

/** The requests of a suite as a table. If it is too wide, leaves out cookie attributes, then the column `sent`, then shortens the labels. */
export function requestTable(requests: readonly RequestRow[], columns: number): string {
  const isByCookie = requests.every(({ sessionLine = COOKIE }) => sessionLine.startsWith(COOKIE));
  const heads = ['request', 'sent', isByCookie ? 'Set-Cookie' : 'returned', 'instance', 'status'];
  const rows = requests.map(({ label, sent, sessionLine, sessionId, instanceId, status }) => [
    plain(label),
    short(sent),
    sessionLineText(sessionLine, sessionId),
    short(instanceId),
    String(status),
  ]);
  const whole = [heads, ...rows];
  const brief = whole.map((row) => row.map((cell) => cell.replace(/;.*$/s, '')));
  const withoutSent = brief.map((row) => row.filter((_, at) => at !== 1));
  const tables = [formatted(whole, '   '), formatted(brief, '  '), formatted(withoutSent, '  ')];
  const fitting = tables.find((table) => widthOf(table) <= columns);
  if (fitting !== undefined) return fitting;
  const excess = widthOf(formatted(withoutSent, '  ')) - columns;
  const longest = Math.max(...withoutSent.map(([label = '']) => label.length));
  return formatted(
    withoutSent.map(([label = '', ...cells]) => [cut(label, longest - excess), ...cells]),
    '  ',
  );
}

function widthOf(table: string): number {
  return Math.max(...table.split('\n').map((line) => line.length));
}

/** Turns off the default styles of cli-table3, which write colour codes to every terminal. */
function formatted(rows: readonly (readonly string[])[], middle: string): string {
  const table = new Table({
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    chars: { ...NO_LINES, middle },
  });
  table.push(...rows.map((row) => [...row]));
  return table
    .toString()
    .split('\n')
    .map((line) => `  ${line.trimEnd()}`)
    .join('\n');
}

/** The line of the session cookie without its long name, and with a shortened ID. */
function sessionLineText(sessionLine: string | undefined, sessionId: string | undefined): string {
  if (sessionLine === undefined) return 'none';
  const value = sessionLine.startsWith(COOKIE) ? sessionLine.slice(COOKIE.length) : sessionLine;
  return plain(sessionId === undefined ? value : value.replaceAll(sessionId, short(sessionId)));
}

/** The part of an ID that differs between IDs: the start of a UUID, the end of an instance ID. */
function short(id: string | undefined): string {
  if (id === undefined) return '–';
  const text = plain(id);
  if (text.length <= 12) return text;
  return text.startsWith('c-') ? `…${text.slice(-8)}` : `${text.slice(0, 8)}…`;
}

function cut(line: string, columns: number): string {
  return line.length <= columns ? line : `${line.slice(0, Math.max(columns - 1, 0))}…`;
}
