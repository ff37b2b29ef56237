import { sanitize } from '../../model/sanitize.js';
import { type Report, type Step, suitesOf } from '../report.js';
import { plain } from './plain.js';

/** Test Anything Protocol, version 14, without subtests: one test point for each step. */
export function tap(report: Report): string {
  const steps = suitesOf(report).flatMap((suite) => suite.steps);
  const points = steps.flatMap((step, index) => point(step, index + 1));
  return `${['TAP version 14', `1..${steps.length}`, ...points].join('\n')}\n`;
}

function point(step: Step, number: number): string[] {
  const verdict = step.status === 'failed' ? 'not ok' : 'ok';
  const directive = step.status === 'skipped' ? ` # SKIP ${escapeTap(step.reason ?? '')}` : '';
  const line = `${verdict} ${number} - ${escapeTap(`${step.id} ${step.title}`)}${directive}`;
  if (step.status !== 'failed') return [line];
  return [
    line,
    '  ---',
    `  expected: ${quote(step.expected)}`,
    `  actual: ${quote(step.actual)}`,
    `  source: ${quote(step.source)}`,
    `  duration_ms: ${step.durationMs}`,
    '  ...',
  ];
}

function escapeTap(text: string): string {
  return plain(text).replace(/[\\#]/g, '\\$&');
}

/** A double-quoted YAML scalar, where the escapes of JSON and of `sanitize` are valid. */
function quote(text: string): string {
  return sanitize(JSON.stringify(text));
}
