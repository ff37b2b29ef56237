import { constants } from 'node:os';
import { FcError } from '../model/errors.js';
import type { FunctionConfig } from '../model/function.js';
import { sanitize } from '../model/sanitize.js';
import { startCommand } from '../model/start-command.js';
import { diagnose, type Evidence, howToListen, literalVariable } from './diagnosis.js';
import type { ProcessExit } from './launch.js';

/** The instance ended before it listened. The text is Function Compute's own (spec §5.4). */
export function exitedEarly(exit: ProcessExit, evidence: Evidence): FcError {
  const { config, excerpt } = evidence;
  return new FcError(
    'CAExited',
    `Function instance exited unexpectedly(code ${exitCode(exit)}, message:${exitMessage(exit)}) with start command '${commandLine(config)}'.${logs(excerpt)}`,
    { fix: diagnose(evidence) ?? (exit.code === 0 ? staysAndListens(config) : seeLog(evidence)) },
  );
}

/** The instance was still not listening at the start limit (quality F-04). */
export function neverListened(otherPorts: readonly number[], evidence: Evidence): FcError {
  const { config, port, excerpt } = evidence;
  const limit = config.startTimeoutInSeconds;
  const elsewhere = listensElsewhere(port, otherPorts);
  return new FcError(
    'FunctionNotStarted',
    `The CA's http server cannot be started: nothing listened on port ${port} within ${limit} seconds of start command '${commandLine(config)}'.${elsewhere === undefined ? '' : ` It ${elsewhere}.`}${logs(excerpt)}`,
    {
      fix:
        elsewhere === undefined
          ? (diagnose(evidence) ??
            `the handler must ${howToListen(config)}; --start-timeout gives it more time`)
          : (literalVariable(startCommand(config)) ?? `the handler must ${howToListen(config)}`),
    },
  );
}

function staysAndListens(config: FunctionConfig): string {
  return `the handler must go on running, and ${howToListen(config)}`;
}

function seeLog({ instanceId }: Evidence): string {
  return `see what it printed: fc-affinity instance logs ${instanceId}`;
}

/**
 * @param port the port in FC_SERVER_PORT, on which the instance cannot be reached
 * @param ports the ports on which the instance listens
 * @returns the end of a sentence that begins with "it"; undefined when the instance listens nowhere
 */
export function listensElsewhere(port: number, ports: readonly number[]): string | undefined {
  if (ports.length === 0) return undefined;
  if (ports.includes(port)) return `listens on $FC_SERVER_PORT (${port}), but not on 127.0.0.1 or ::1`;
  return `listens on ${ports.join(', ')}, not on $FC_SERVER_PORT (${port})`;
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

function commandLine(config: FunctionConfig): string {
  return sanitize(startCommand(config).join(' '));
}

function logs(lines: readonly string[]): string {
  return `\nLogs:\n${lines.join('\n')}`;
}
