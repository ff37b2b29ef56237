import { sanitize } from '../../model/sanitize.js';
import { workflowCommand } from '../../model/workflow-command.js';
import type { Style } from '../output/style.js';

/** A problem as `lint -o json` prints it. */
export interface LintProblem {
  readonly rule: string;
  readonly level: 'error' | 'warning';
  readonly message: string;
  /** The path relative to the current directory. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly fix: string | undefined;
  readonly source: string;
}

/** A report for people: one paragraph for each problem, and the documents at the end. */
export function prettyReport(file: string, problems: readonly LintProblem[], style: Style): string {
  const paragraphs = problems.map((problem) => {
    const { level, rule, message, fix } = problem;
    const paint = level === 'error' ? style.bad : style.note;
    const place = `${sanitize(problem.file)}:${problem.line}:${problem.column}`;
    const lines = [`${style.bold(place)}: ${paint(level)}: ${sanitize(message)} ${style.dim(`[${rule}]`)}`];
    if (fix !== undefined) lines.push(`  ${style.note('fix:')} ${sanitize(fix)}`);
    return lines.join('\n');
  });
  const rules = [...new Map(problems.map(({ rule, source }) => [rule, source]))];
  const documents = rules.map(([rule, source]) => style.dim(`${rule}: ${source}`));
  const blocks = [
    ...paragraphs,
    ...(documents.length > 0 ? [documents.join('\n')] : []),
    summary(file, problems),
  ];
  return `${blocks.join('\n\n')}\n`;
}

/** Workflow commands of GitHub Actions: an annotation at the line of each problem, and one notice with the counts. */
export function githubReport(file: string, problems: readonly LintProblem[]): string {
  const lines = problems.map((problem) => {
    const { level, rule, message, fix, source, line, column: col } = problem;
    const more = [...(fix === undefined ? [] : [`fix: ${fix}`]), `source: ${source}`];
    return workflowCommand(level, { file: problem.file, line, col, title: rule }, [message, ...more]);
  });
  return `${[...lines, workflowCommand('notice', { title: 'fc-affinity lint' }, [summary(file, problems)])].join('\n')}\n`;
}

function summary(file: string, problems: readonly LintProblem[]): string {
  const count = (level: LintProblem['level']): string => {
    const many = problems.filter((problem) => problem.level === level).length;
    return `${many} ${level}${many === 1 ? '' : 's'}`;
  };
  return `${sanitize(file)}: ${problems.length === 0 ? 'no problems' : `${count('error')}, ${count('warning')}`}`;
}
