import { Chalk, type ChalkInstance, type ColorSupportLevel } from 'chalk';
import Table from 'cli-table3';
import { sanitize } from '../../model/sanitize.js';
import { type Report, type RequestRow, type Step, type SuiteReport, suitesOf, verdict } from '../report.js';

/** What was seen is told on the line of a passed check where a usual terminal has room for it. */
const ROOM = 96;

const NO_LINES = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '' },
  middle: '   ',
};

/**
 * For people: each suite's requests as a table, its checks, and the result.
 * @param colorLevel 0 for none; never found out here
 */
export function pretty(report: Report, colorLevel: ColorSupportLevel = 0): string {
  const chalk = new Chalk({ level: colorLevel });
  const parts = suitesOf(report).map((suite) => suiteText(suite, chalk));
  if ('suites' in report) parts.push(summary('all suites', report, chalk));
  return `${parts.join('\n\n')}\n`;
}

function suiteText(report: SuiteReport, chalk: ChalkInstance): string {
  const lines = [chalk.bold(`${report.suite}  ${plain(report.target)}`)];
  if (report.requests.length > 0) lines.push('', requestTable(report.requests), '');
  const width = Math.max(0, ...report.steps.map(({ id }) => id.length));
  for (const step of report.steps) lines.push(...stepLines(step, width, chalk));
  lines.push('', summary(report.suite, report, chalk));
  const instances = instancesOf(report.requests);
  if (instances.length > 0) lines.push(`instances: ${instances.map(plain).join(', ')}`);
  for (const note of report.notes) lines.push(chalk.dim(`note: ${plain(note)}`));
  return lines.join('\n');
}

/** Fits into 80 columns: no lines, and no styles of the table's own, which would write colour codes whatever the terminal. */
function requestTable(requests: readonly RequestRow[]): string {
  const table = new Table({
    head: ['request', 'sent', 'Set-Cookie', 'instance', 'status'],
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    chars: NO_LINES,
  });
  for (const { label, sent, planted, sessionId, instanceId, status } of requests) {
    table.push([
      plain(label),
      short(sent),
      plantedText(planted, sessionId),
      short(instanceId),
      String(status),
    ]);
  }
  return table
    .toString()
    .split('\n')
    .map((line) => `  ${line.trimEnd()}`)
    .join('\n');
}

function stepLines(step: Step, width: number, chalk: ChalkInstance): string[] {
  const name = `${step.id.padEnd(width)}  ${step.title}`;
  if (step.status === 'passed') {
    const actual = plain(step.actual);
    const hasRoom = name.length + actual.length < ROOM;
    return [`${chalk.green('✓')} ${name}${hasRoom ? `  ${chalk.dim(actual)}` : ''}`];
  }
  if (step.status === 'skipped') {
    return [`${chalk.yellow('–')} ${name}  ${chalk.yellow(`skipped: ${plain(step.reason ?? '')}`)}`];
  }
  return [
    `${chalk.red('✗')} ${chalk.red(name)}`,
    `    expected  ${plain(step.expected)}`,
    `    actual    ${plain(step.actual)}`,
    chalk.dim(`    source    ${plain(step.source)}`),
  ];
}

function summary(
  name: string,
  report: { readonly passed: number; readonly failed: number; readonly skipped: number },
  chalk: ChalkInstance,
): string {
  const { passed, failed, skipped } = report;
  const counts = `${passed} passed, ${failed} failed, ${skipped} skipped`;
  return verdict(report) === 'passed'
    ? chalk.green(`${name}: passed (${counts})`)
    : chalk.red(`${name}: ${failed > 0 ? 'failed' : 'nothing could be judged'} (${counts})`);
}

function instancesOf(requests: readonly RequestRow[]): string[] {
  const instances = new Set<string>();
  for (const { instanceId } of requests) if (instanceId !== undefined) instances.add(instanceId);
  return [...instances];
}

/** The session cookie's line without its long name, and with the ID cut. */
function plantedText(planted: string | undefined, sessionId: string | undefined): string {
  if (planted === undefined) return 'none';
  const value = planted.replace(/^x-fc-cookie-session-id=/, '');
  return plain(sessionId === undefined ? value : value.replaceAll(sessionId, short(sessionId)));
}

/** The start of a UUID, the end of an instance ID: what tells two apart. */
function short(id: string | undefined): string {
  if (id === undefined) return '–';
  const text = plain(id);
  if (text.length <= 12) return text;
  return text.startsWith('c-') ? `…${text.slice(-8)}` : `${text.slice(0, 8)}…`;
}

function plain(text: string): string {
  return sanitize(text.replace(/\s+/g, ' '));
}
