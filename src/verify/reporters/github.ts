import { sanitize } from '../../model/sanitize.js';
import { type Report, type Step, suitesOf } from '../report.js';

/** Workflow commands of GitHub Actions: an annotation for each failed step, a notice for the whole. */
export function github(report: Report): string {
  const steps = suitesOf(report).flatMap((suite) => suite.steps);
  const failures = steps.filter((step) => step.status === 'failed').map(annotation);
  const { passed, failed, skipped } = report;
  const counts = `${sanitize(report.target)}: ${passed} passed, ${failed} failed, ${skipped} skipped`;
  const whole = `::notice title=fc-affinity verify::${data(counts)}`;
  return `${[...failures, whole].join('\n')}\n`;
}

function annotation(step: Step): string {
  const said = [
    step.title,
    `expected: ${step.expected}`,
    `actual: ${step.actual}`,
    `source: ${step.source}`,
  ].map((line) => sanitize(line));
  return `::error title=${property(sanitize(step.id))}::${data(said.join('\n'))}`;
}

/** The text of a command. Line ends become percent codes, because a line end would end the command. */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

/** A property of a command: a comma or colon would end it too. */
function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
