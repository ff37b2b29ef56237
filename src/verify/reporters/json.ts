import { type Report, type Step, type SuiteReport, suitesOf } from '../report.js';

/** Characters that JSON does not escape but a terminal executes: DEL, C1 controls, and changes of the writing direction. */
const LEFT_RAW = /[\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g;

/** The report as data: the report of one suite, or several in `suites`. Requests and responses are left out. */
export function json(report: Report): string {
  const shape =
    'suites' in report
      ? {
          target: report.target,
          passed: report.passed,
          failed: report.failed,
          skipped: report.skipped,
          suites: suitesOf(report).map(suiteShape),
        }
      : suiteShape(report);
  return `${JSON.stringify(shape, undefined, 2).replace(LEFT_RAW, escapeCharacter)}\n`;
}

function suiteShape({ suite, target, passed, failed, skipped, steps }: SuiteReport): object {
  return { suite, target, passed, failed, skipped, steps: steps.map(stepShape) };
}

function stepShape({ id, title, status, expected, actual, source, durationMs, reason }: Step): object {
  // JSON leaves out a reason that is undefined.
  return { id, title, status, expected, actual, source, durationMs, reason };
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
