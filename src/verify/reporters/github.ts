import { workflowCommand } from '../../model/workflow-command.js';
import { type Report, type Step, suitesOf } from '../report.js';

/** Workflow commands of GitHub Actions: an annotation for each failed step, and one notice with the counts. */
export function github(report: Report): string {
  const steps = suitesOf(report).flatMap((suite) => suite.steps);
  const failures = steps.filter((step) => step.status === 'failed').map(annotation);
  const { target, passed, failed, skipped } = report;
  const counts = `${target}: ${passed} passed, ${failed} failed, ${skipped} skipped`;
  const whole = workflowCommand('notice', { title: 'fc-affinity verify' }, [counts]);
  return `${[...failures, whole].join('\n')}\n`;
}

function annotation({ id, title, expected, actual, source }: Step): string {
  const lines = [title, `expected: ${expected}`, `actual: ${actual}`, `source: ${source}`];
  return workflowCommand('error', { title: id }, lines);
}
