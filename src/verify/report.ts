/** A step that cannot be judged is skipped with its reason, never passed. */
export type StepStatus = 'passed' | 'failed' | 'skipped';

/** The result of one check. */
export interface Step {
  /** Stable: `<suite>.<subject>.<what>`. */
  readonly id: string;
  readonly title: string;
  readonly status: StepStatus;
  readonly expected: string;
  readonly actual: string;
  /** Rows of the conformance table, and the document that promises it with its URL: `C05 · Title, https://…`. */
  readonly source: string;
  readonly durationMs: number;
  /** The reason of a skipped step; absent for other steps. */
  readonly reason?: string;
  /** The judged request and its response; absent when the step is not about one request. */
  readonly judged?: JudgedRoundTrip;
}

/** A request and its response as text; header lines as `name: value`. */
export interface JudgedRoundTrip {
  readonly request: { readonly method: string; readonly url: string; readonly headers: readonly string[] };
  readonly response: {
    readonly status: number;
    readonly headers: readonly string[];
    readonly bodyStart: string;
  };
}

/** One line of the table of requests. */
export interface RequestRow {
  readonly label: string;
  /** The session ID that the request carried. */
  readonly sent: string | undefined;
  /** The response header line that named a session. */
  readonly sessionLine: string | undefined;
  readonly sessionId: string | undefined;
  readonly instanceId: string | undefined;
  readonly status: number;
}

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface SuiteReport extends Tally {
  readonly suite: string;
  readonly target: string;
  readonly steps: readonly Step[];
  readonly requests: readonly RequestRow[];
  /** Notes for the reader, for example about sessions that could not be deleted. */
  readonly notes: readonly string[];
}

export interface SuitesReport extends Tally {
  readonly target: string;
  readonly suites: readonly SuiteReport[];
}

export type Report = SuiteReport | SuitesReport;

/** @returns the report of the only suite, or one report of several suites */
export function combineReports(target: string, suites: readonly SuiteReport[]): Report {
  const [only] = suites;
  if (only !== undefined && suites.length === 1) return only;
  const total = (count: (suite: SuiteReport) => number): number =>
    suites.reduce((sum, suite) => sum + count(suite), 0);
  return {
    target,
    passed: total((suite) => suite.passed),
    failed: total((suite) => suite.failed),
    skipped: total((suite) => suite.skipped),
    suites,
  };
}

export function suitesOf(report: Report): readonly SuiteReport[] {
  return 'suites' in report ? report.suites : [report];
}

/** Passed only when at least one step passed and none failed. A report with skipped steps only has not passed. */
export function verdict(report: Tally): 'passed' | 'failed' {
  return report.passed > 0 && report.failed === 0 ? 'passed' : 'failed';
}
