/** What Vitest tells of a run. */
export interface Outcome {
  readonly tests: readonly {
    readonly name: string;
    readonly state: string;
    readonly errors: readonly string[];
  }[];
  /** Errors outside of every test. */
  readonly outside: readonly string[];
}

/** How a run of the named tests ended. */
export interface Verdict {
  readonly kind: 'passed' | 'assertion' | 'threw' | 'uncaught' | 'timeout' | 'hang' | 'not run';
  /** The full name of the first test that failed. */
  readonly test: string;
  /** What it said, in one line. */
  readonly said: string;
}

/** What proves that a test noticed: an expectation or an error in it, or a crash of the gateway under it; never a mere wait. */
export const NOTICED: ReadonlySet<Verdict['kind']> = new Set(['assertion', 'threw', 'uncaught']);

/** @param outcome undefined when Vitest came to no end */
export function verdictOf(outcome: Outcome | undefined): Verdict {
  const ran = outcome?.tests.filter(({ state }) => state !== 'skipped') ?? [];
  const [outside] = outcome?.outside ?? [];
  const failed = ran.find(({ state }) => state === 'failed');
  const [error = ''] = failed?.errors ?? [];
  if (failed !== undefined) return { kind: kindOf(error), test: failed.name, said: lineOf(error) };
  // A file that cannot be loaded, or a name that no test has, says nothing of the line.
  if (ran.length === 0) return { kind: 'not run', test: '', said: lineOf(outside ?? '') };
  if (outside !== undefined) return { kind: 'uncaught', test: ran.at(-1)?.name ?? '', said: lineOf(outside) };
  return { kind: 'passed', test: '', said: '' };
}

function kindOf(error: string): Verdict['kind'] {
  if (/^Error: (?:Test|Hook) timed out in /.test(error)) return 'timeout';
  return error.startsWith('AssertionError: ') ? 'assertion' : 'threw';
}

function lineOf(text: string): string {
  return text.split('\n', 1)[0]?.slice(0, 150) ?? '';
}
