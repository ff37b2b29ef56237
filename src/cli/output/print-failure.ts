import { sanitize } from '../../model/sanitize.js';
import type { Failure } from '../failure.js';
import { labelled } from './labelled.js';
import { safeJson } from './safe-json.js';
import type { Screen } from './screen.js';

/** The form of an error: lines, the API's error object, or an event of the log of `serve`. */
export type ErrorForm = 'text' | 'json' | 'event';

/** Reads the form from the unparsed words, because the error may be about these words. */
export function errorForm(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): ErrorForm {
  const end = argv.indexOf('--');
  const line = ` ${argv.slice(0, end < 0 ? argv.length : end).join(' ')} `;
  if (/ --log-format[ =]json /.test(line)) return 'event';
  if (/ (--json|-o ?=?json|--output[ =]json) /.test(line)) return 'json';
  if (/ (-o ?\S|--output[ =]\S)/.test(line)) return 'text';
  if (line.startsWith(' serve ') && env.FC_AFFINITY_LOG_FORMAT === 'json') return 'event';
  return env.FC_AFFINITY_OUTPUT === 'json' || env.FC_AFFINITY_JSON === 'true' ? 'json' : 'text';
}

export function printFailure(
  failure: Failure,
  { form, screen, stack }: { readonly form: ErrorForm; readonly screen: Screen; readonly stack: unknown },
): void {
  const { complaints = [], details, fix, code, requestId } = failure;
  const message = form === 'text' ? failure.message : [...complaints, failure.message].join('\n');
  const body = { RequestId: requestId, Code: code, Message: failure.apiMessage ?? message };
  if (form === 'json') {
    screen.write(`${safeJson(body, 2)}\n`);
    return;
  }
  if (form === 'event') {
    screen.write(`${safeJson({ event: 'error', code, message, fix, exitCode: failure.exitCode })}\n`);
    return;
  }
  const { bad, note, dim } = screen.style;
  for (const complaint of complaints) screen.write(`${sanitize(complaint)}\n`);
  const lines = details === undefined ? message.trimEnd() : `${message.trimEnd()}\n${details}`;
  const [first = '', ...more] = lines.split('\n').map(sanitize);
  screen.write(`${labelled('error:', first, { paint: bad, columns: screen.columns })}\n`);
  for (const line of more) screen.write(`  ${line}\n`);
  if (fix !== undefined) {
    // A command is not wrapped, so that it can be copied.
    const columns = fix.startsWith('fc-affinity ') ? undefined : screen.columns;
    screen.write(`${labelled('fix:', fix, { paint: note, columns })}\n`);
  }
  if (stack instanceof Error && stack.stack !== undefined)
    screen.write(`${dim(stack.stack.split('\n').map(sanitize).join('\n'))}\n`);
}
