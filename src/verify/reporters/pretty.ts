import { Chalk, type ChalkInstance, type ColorSupportLevel } from 'chalk';
import { wrapText } from '../../model/wrap-text.js';
import {
  type Report,
  type RequestRow,
  type Step,
  type SuiteReport,
  type SuitesReport,
  suitesOf,
  verdict,
} from '../report.js';
import { partsOf } from '../sources.js';
import { plain } from './plain.js';
import { requestTable } from './request-table.js';

export interface PrettyOptions {
  /** The chalk level; 0 for no colours. */
  readonly colorLevel?: ColorSupportLevel;
  /** The width of the terminal; undefined: lines are not wrapped. */
  readonly columns?: number;
}

/** A passed step shows its actual result if the line stays shorter than this. */
const FULL_LINE = 96;
/** Below this width a title stands below the ID of its step. */
const NARROW = 72;
const LABEL = '    expected  '.length;
const MARK = '✓ '.length;

/** A report for people: a table of requests for each suite, its steps, and the result. */
export function pretty(
  report: Report,
  { colorLevel = 0, columns = Number.POSITIVE_INFINITY }: PrettyOptions = {},
): string {
  const page = { chalk: new Chalk({ level: colorLevel }), columns };
  const parts = suitesOf(report).map((suite) => suiteText(suite, page));
  if ('suites' in report)
    parts.push([...failures(report, page), summary('all suites', report, page)].join('\n'));
  return `${parts.join('\n\n')}\n`;
}

interface Page {
  readonly chalk: ChalkInstance;
  readonly columns: number;
}

function suiteText(report: SuiteReport, page: Page): string {
  const { chalk, columns } = page;
  const lines = [chalk.bold(`${report.suite}  ${plain(report.target)}`)];
  if (report.requests.length > 0) lines.push('', requestTable(report.requests, columns), '');
  const width = Math.max(0, ...report.steps.map(({ id }) => id.length));
  for (const step of report.steps) lines.push(...stepLines(step, width, page));
  lines.push(...documentLines(report.steps, page));
  lines.push('', summary(report.suite, report, page));
  const instances = instancesOf(report.requests);
  if (instances.length > 0) {
    lines.push(wrapped(`instances: ${instances.map(plain).join(', ')}`, 0, columns));
  }
  for (const note of report.notes) lines.push(chalk.dim(wrapped(`note: ${plain(note)}`, 0, columns)));
  return lines.join('\n');
}

function stepLines(step: Step, width: number, { chalk, columns }: Page): string[] {
  const { id, title, status } = step;
  const isNarrow = columns < NARROW;
  const indent = isNarrow ? MARK * 2 : MARK + width + 2;
  const name = (text: string): string =>
    isNarrow
      ? `${id}\n${' '.repeat(indent)}${wrapped(text, indent, columns)}`
      : `${id.padEnd(width)}  ${wrapped(text, indent, columns)}`;
  if (status === 'passed') {
    const actual = plain(step.actual);
    const length = MARK + width + 2 + title.length + 2 + actual.length;
    const isShown = length <= Math.min(FULL_LINE, columns);
    return [`${chalk.green('✓')} ${name(title)}${isShown ? `  ${chalk.dim(actual)}` : ''}`];
  }
  if (status === 'skipped') {
    const reason = `skipped: ${plain(step.reason ?? '')}`;
    const isOneLine = MARK + width + 2 + title.length + 2 + reason.length <= columns;
    const between = isOneLine ? '  ' : `\n${' '.repeat(indent)}`;
    return [
      `${chalk.yellow('–')} ${name(title)}${between}${chalk.yellow(isOneLine ? reason : wrapped(reason, indent, columns))}`,
    ];
  }
  return [
    `${chalk.red('✗')} ${chalk.red(name(title))}`,
    `    expected  ${wrapped(plain(step.expected), LABEL, columns)}`,
    `    actual    ${actualLines(step.actual, columns)}`,
    chalk.dim(`    source    ${partsOf(plain(step.source)).rows}`),
  ];
}

/** Repeats the failed steps of all suites at the end, where people look first. */
function failures(report: SuitesReport, page: Page): string[] {
  const failed = report.suites.flatMap(({ steps }) => steps.filter(({ status }) => status === 'failed'));
  if (failed.length === 0) return [];
  const width = Math.max(...failed.map(({ id }) => id.length));
  return [page.chalk.bold('failed steps'), ...failed.flatMap((step) => stepLines(step, width, page)), ''];
}

/** Keeps the line ends in the output of a handler. */
function actualLines(actual: string, columns: number): string {
  return actual
    .trimEnd()
    .split('\n')
    .map((line) => wrapped(plain(line), LABEL, columns))
    .join(`\n${' '.repeat(LABEL)}`);
}

/** The documents of the failed steps, each once. Each URL has its own line, so that the terminal can make it a link. */
function documentLines(steps: readonly Step[], { chalk, columns }: Page): string[] {
  const documents = new Map<string, Set<string>>();
  for (const { status, source } of steps) {
    if (status !== 'failed') continue;
    const { rows, document } = partsOf(plain(source));
    const known = documents.get(document) ?? new Set();
    for (const row of rows.split(' ')) known.add(row);
    documents.set(document, known);
  }
  return [...documents].flatMap(([document, rows]) => {
    const [, title = document, url] = /^(.*), (https:\S+)$/.exec(document) ?? [];
    const line = wrapped(`${[...rows].join(' ')}: ${title}`, 2, columns);
    return ['', chalk.dim(line), ...(url === undefined ? [] : [url])];
  });
}

function summary(
  name: string,
  report: { readonly passed: number; readonly failed: number; readonly skipped: number },
  { chalk, columns }: Page,
): string {
  const { passed, failed, skipped } = report;
  const isPassed = verdict(report) === 'passed';
  const word = isPassed ? 'passed' : failed > 0 ? 'failed' : 'nothing could be judged';
  const line = `${name}: ${word} (${passed} passed, ${failed} failed, ${skipped} skipped)`;
  return chalk[isPassed ? 'green' : 'red'](wrapped(line, 0, columns));
}

function instancesOf(requests: readonly RequestRow[]): string[] {
  const instances = new Set<string>();
  for (const { instanceId } of requests) if (instanceId !== undefined) instances.add(instanceId);
  return [...instances];
}

/** Wraps a text that starts at column `indent`, and indents its later lines by `indent` columns. */
function wrapped(text: string, indent: number, columns: number): string {
  return wrapText(text, Math.max(columns - indent, 20)).join(`\n${' '.repeat(indent)}`);
}
