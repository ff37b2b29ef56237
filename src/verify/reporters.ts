import type { Report } from './report.js';
import type { PrettyOptions } from './reporters/pretty.js';

type Reporter = (report: Report) => string;

/** Each reporter is loaded when it is asked for. */
const REPORTERS = {
  pretty: async (options: PrettyOptions): Promise<Reporter> => {
    const { pretty } = await import('./reporters/pretty.js');
    return (report) => pretty(report, options);
  },
  json: async (): Promise<Reporter> => (await import('./reporters/json.js')).json,
  tap: async (): Promise<Reporter> => (await import('./reporters/tap.js')).tap,
  junit: async (): Promise<Reporter> => (await import('./reporters/junit.js')).junit,
  github: async (): Promise<Reporter> => (await import('./reporters/github.js')).github,
};

export type ReporterName = keyof typeof REPORTERS;

export const REPORTER_NAMES = Object.keys(REPORTERS) as readonly ReporterName[];

export function isReporterName(text: string): text is ReporterName {
  return Object.hasOwn(REPORTERS, text);
}

/**
 * @param options for `pretty` alone: the caller knows its terminal and NO_COLOR
 * @returns the whole report as text that ends with a newline, without control characters from the target
 */
export async function renderReport(
  report: Report,
  name: ReporterName,
  options: PrettyOptions = {},
): Promise<string> {
  const render = await REPORTERS[name](options);
  return render(report);
}
