import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { FunctionFacts } from '../../diagnose/finding.js';
import { factsOf } from '../../diagnose/function-facts.js';
import type { FunctionConfig } from '../../model/function.js';
import type { RequestRecord } from '../../model/request-record.js';
import { CommandError } from '../errors.js';
import { EXIT } from '../failure.js';

/** The most requests to read: as many as an emulator keeps. */
const MOST_RECORDS = 10_000;

/**
 * Reads the log of `serve --log-format json`. Other lines are ignored.
 * @throws CommandError for a file that cannot be read, or holds no such line
 */
export async function readLog(
  file: string,
): Promise<{ readonly records: readonly RequestRecord[]; readonly functions: readonly FunctionFacts[] }> {
  const records: RequestRecord[] = [];
  const functions = new Map<string, FunctionFacts>();
  let events = 0;
  try {
    for await (const line of createInterface({ input: createReadStream(file) })) {
      const event = eventOf(line);
      if (event === undefined) continue;
      events += 1;
      if (isRecord(event)) records.push(event);
      if (records.length > 2 * MOST_RECORDS) records.splice(0, MOST_RECORDS);
      const config = configOf(event);
      if (config !== undefined) functions.set(config.functionName, factsOf(config));
    }
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const exitCode = code === 'ENOENT' ? EXIT.notFound : EXIT.failed;
    throw new CommandError(`cannot read the log ${JSON.stringify(file)}: ${code ?? message}`, {
      code: 'LogNotRead',
      exitCode,
      cause,
    });
  }
  if (events === 0)
    throw new CommandError(`${JSON.stringify(file)} has no line of the JSON log of serve`, {
      code: 'LogNotRead',
      fix: 'write a log with fc-affinity serve --log-format json 2> log.jsonl',
    });
  return { records: records.slice(-MOST_RECORDS), functions: [...functions.values()] };
}

interface LogEvent {
  readonly event: string;
  readonly function?: { readonly config?: unknown };
}

function eventOf(line: string): LogEvent | undefined {
  try {
    const value: unknown = JSON.parse(line);
    const isEvent = typeof value === 'object' && value !== null && 'event' in value;
    return isEvent && typeof value.event === 'string' ? (value as LogEvent) : undefined;
  } catch {
    return undefined;
  }
}

/** The emulator wrote the log, so it is enough to check the top-level fields of a record. */
function isRecord(event: LogEvent): event is LogEvent & RequestRecord {
  return (
    event.event === 'request' &&
    'requestId' in event &&
    'evidence' in event &&
    typeof event.evidence === 'object' &&
    'attempts' in event
  );
}

function configOf({
  event,
  function: logged,
}: LogEvent): Omit<FunctionConfig, 'environmentVariables'> | undefined {
  if (!event.startsWith('function.')) return undefined;
  const config = logged?.config;
  const isConfig = typeof config === 'object' && config !== null && 'sessionAffinityConfig' in config;
  return isConfig ? (config as FunctionConfig) : undefined;
}
