import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Report } from '../../verify/report.js';
import type { ReporterName } from '../../verify/reporters.js';
import type { Context } from '../context.js';
import { CommandError, UsageError } from '../errors.js';
import { pick } from '../options/option-kinds.js';

/** A report to write, to a file or to stdout. */
export interface Wanted {
  readonly reporter: ReporterName;
  readonly file: string | undefined;
}

interface ReportOptions {
  readonly reporter: readonly string[];
  readonly outputFile: readonly string[];
}

/**
 * Without `--reporter`, `pretty` goes to stdout in addition to the files.
 * @throws UsageError
 */
export function wantedReports(
  { reporter, outputFile }: ReportOptions,
  known: readonly ReporterName[],
): Wanted[] {
  const words = Object.fromEntries(known.map((name) => [name, name]));
  const names = (reporter.length > 0 ? reporter : ['pretty']).map((text) =>
    pick({ text, name: '--reporter' }, words),
  );
  const files = new Map<ReporterName, string>();
  for (const text of outputFile) {
    const [, name = '', file = ''] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
    if (file === '')
      throw new UsageError(`--output-file is reporter=path, got ${JSON.stringify(text)}`, {
        fix: `as ${names[0]}=report.txt`,
      });
    files.set(pick({ text: name, name: '--output-file' }, words), file);
  }
  return [...new Set([...names, ...files.keys()])].map((name) => ({
    reporter: name,
    file: files.get(name),
  }));
}

export async function writeReports(
  report: Report,
  wanted: readonly Wanted[],
  { stdout, directory }: Context,
): Promise<void> {
  const { renderReport } = await import('../../verify/reporters.js');
  for (const { reporter, file } of wanted) {
    const onScreen = { colorLevel: stdout.style.coloured ? 1 : 0, columns: stdout.columns } as const;
    const text = await renderReport(report, reporter, file === undefined ? onScreen : {});
    if (file === undefined) stdout.write(text);
    else write(resolve(directory, file), text);
  }
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (cause) {
    throw new CommandError(cause instanceof Error ? cause.message : String(cause), {
      code: 'CannotWrite',
      cause,
    });
  }
}
