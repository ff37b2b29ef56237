import { constants } from 'node:os';
import { FcError } from '../model/errors.js';
import type { CustomRuntimeConfig, FunctionConfig } from '../model/function.js';
import { sanitize } from '../model/sanitize.js';
import type { ProcessExit } from './launch.js';

const FIX = 'the handler must listen on the port in FC_SERVER_PORT (on FC: 9000)';

/** The instance ended before it listened. The text is Function Compute's own (spec §5.4). */
export function exitedEarly(
  config: FunctionConfig,
  exit: ProcessExit,
  lastLines: readonly string[],
): FcError {
  return new FcError(
    'CAExited',
    `Function instance exited unexpectedly(code ${exitCode(exit)}, message:${exitMessage(exit)}) with start command '${commandLine(config.customRuntimeConfig)}'.${logs(lastLines)}`,
    { fix: `see what it printed; ${FIX}` },
  );
}

/** The instance was still not listening at the start limit (quality F-04). */
export function neverListened(
  config: FunctionConfig,
  { port, otherPorts }: { port: number; otherPorts: readonly number[] },
  lastLines: readonly string[],
): FcError {
  const elsewhere = otherPorts.length === 0 ? '' : ` ${wrongPort(port, otherPorts)}.`;
  return new FcError(
    'FunctionNotStarted',
    `The CA's http server cannot be started: nothing listened on port ${port} within ${config.startTimeoutInSeconds} seconds of start command '${commandLine(config.customRuntimeConfig)}'.${elsewhere}${logs(lastLines)}`,
    { fix: `${FIX}; --start-timeout gives it more time` },
  );
}

/** What to say of a handler that listens where nobody will call. */
export function wrongPort(port: number, otherPorts: readonly number[]): string {
  return `It listens on port ${otherPorts.join(', ')} instead of ${port}, the port in FC_SERVER_PORT`;
}

export function calledOff(instanceId: string): FcError {
  return new FcError('ServiceUnavailable', `the start of instance "${instanceId}" was called off`);
}

function exitCode({ code, signal }: ProcessExit): number {
  if (code !== null) return code;
  const numbers: Partial<Record<string, number>> = constants.signals;
  return 128 + (numbers[signal ?? ''] ?? 0);
}

function exitMessage({ code, signal }: ProcessExit): string {
  if (signal !== null) return `ended by ${signal}`;
  return code === 0 ? 'ended before it listened' : `exit status ${code}`;
}

function commandLine({ command, args }: CustomRuntimeConfig): string {
  return sanitize([...command, ...args].join(' '));
}

function logs(lines: readonly string[]): string {
  return `\nLogs:\n${lines.join('\n')}`;
}
