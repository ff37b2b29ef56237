import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Report } from '../../verify/report.js';
import type { ReporterName } from '../../verify/reporters.js';
import type { Context } from '../context.js';
import { CommandError, UsageError } from '../errors.js';
import { pick } from '../options/option-kinds.js';

/** A report that was asked for, and where it goes: a file, or else stdout. */
export interface Wanted {
  readonly reporter: ReporterName;
  readonly file: string | undefined;
}

interface Said {
  readonly reporter: readonly string[];
  readonly outputFile: readonly string[];
}

/** @throws UsageError */
export function wantedReports({ reporter, outputFile }: Said, known: readonly ReporterName[]): Wanted[] {
  const words = Object.fromEntries(known.map((name) => [name, name]));
  const names = (reporter.length > 0 ? reporter : ['pretty']).map((text) =>
    pick({ text, name: '--reporter' }, words),
  );
  const files = new Map<string, string>();
  for (const text of outputFile) {
    const [, name = '', file = ''] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
    if (file === '')
      throw new UsageError(`--output-file is reporter=path, got ${JSON.stringify(text)}`, {
        fix: `as ${names[0]}=report.txt`,
      });
    if (!names.some((known) => known === name))
      throw new UsageError(
        `--output-file names the reporter ${JSON.stringify(name)}, which was not asked for`,
        {
          fix: `--reporter ${name}`,
        },
      );
    files.set(name, file);
  }
  return [...new Set(names)].map((name) => ({ reporter: name, file: files.get(name) }));
}

export async function writeReports(
  report: Report,
  wanted: readonly Wanted[],
  { stdout, directory }: Context,
): Promise<void> {
  const { renderReport } = await import('../../verify/reporters.js');
  for (const { reporter, file } of wanted) {
    const coloured = file === undefined && stdout.style.coloured;
    const text = await renderReport(report, reporter, { colorLevel: coloured ? 1 : 0 });
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
