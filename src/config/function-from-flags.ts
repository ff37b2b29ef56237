import { resolve } from 'node:path';
import { FcError } from '../model/errors.js';
import type { FunctionConfig, InstanceIsolationMode, SessionAffinityType } from '../model/function.js';
import { completeFunction } from '../model/function-config.js';
import { BUNDLED_FIXTURE } from './bundled-fixture.js';
import { functionNameOf } from './function-name.js';

/** What the command line says of a function, checked value by value; undefined where nothing was said. */
export interface FunctionFlags {
  readonly function: string | undefined;
  readonly affinity: SessionAffinityType;
  readonly headerName: string | undefined;
  readonly ssePath: string | undefined;
  readonly sessionsPerInstance: number | undefined;
  readonly ttl: number | undefined;
  readonly idle: number | undefined;
  readonly disableSessionIdReuse: boolean;
  readonly isolation: InstanceIsolationMode;
  readonly timeout: number;
  readonly startTimeout: number;
  readonly drainTimeout: number;
  readonly maxInstances: number;
  readonly minInstances: number;
  readonly instanceConcurrency: number | undefined;
  readonly maxSessionTtl: number;
}

export interface FlagFunction {
  readonly flags: FunctionFlags;
  /** The command after `--`; undefined: the bundled fixture. */
  readonly command: readonly string[] | undefined;
  /** Where the user stands. */
  readonly directory: string;
  readonly environmentVariables: Readonly<Record<string, string>>;
}

/**
 * The one function that is made from the command line.
 * @throws InvalidArgument where the values do not fit together
 */
export function functionFromFlags({
  flags,
  command,
  directory,
  environmentVariables,
}: FlagFunction): FunctionConfig {
  checkMcpFlags(flags);
  const bundled = command === undefined;
  return completeFunction({
    functionName: flags.function ?? (bundled ? BUNDLED_FIXTURE.functionName : functionNameOf(directory)),
    command: bundled ? BUNDLED_FIXTURE.command : command,
    codeDirectory: bundled ? BUNDLED_FIXTURE.codeDirectory : resolve(directory),
    sessionAffinity: flags.affinity,
    sessionAffinityConfig: {
      sessionConcurrencyPerInstance: flags.sessionsPerInstance,
      sessionTTLInSeconds: flags.ttl,
      sessionIdleTimeoutInSeconds: flags.idle,
      disableSessionIdReuse: flags.disableSessionIdReuse,
      affinityHeaderFieldName: flags.headerName,
      sseEndpointPath: flags.ssePath,
    },
    instanceIsolationMode: flags.isolation,
    instanceConcurrency: flags.instanceConcurrency,
    timeout: flags.timeout,
    startTimeoutInSeconds: flags.startTimeout,
    drainTimeoutInSeconds: flags.drainTimeout,
    maxInstances: flags.maxInstances,
    minInstances: flags.minInstances,
    maxSessionTTLInSeconds: flags.maxSessionTtl,
    environmentVariables,
  });
}

/** @throws InvalidArgument for a flag that the affinity has no use for (spec §1.2) */
function checkMcpFlags({ affinity, ssePath, ttl, idle, disableSessionIdReuse }: FunctionFlags): void {
  const refuse = (flag: string, reason: string): never => {
    throw new FcError('InvalidArgument', `${flag} ${reason}`, { fix: 'leave it out' });
  };
  if (ssePath !== undefined && affinity !== 'MCP_SSE') refuse('--sse-path', 'is only for --affinity mcp-sse');
  if (ssePath !== undefined && !/^\/[!-~]*$/.test(ssePath))
    refuse('--sse-path', `must be a path that begins with "/", got ${JSON.stringify(ssePath)}`);
  if (affinity === 'MCP_SSE' && (ttl !== undefined || idle !== undefined))
    refuse(
      ttl === undefined ? '--idle' : '--ttl',
      'is not for --affinity mcp-sse: a session lives as long as its stream',
    );
  if (affinity.startsWith('MCP') && disableSessionIdReuse)
    refuse('--disable-session-id-reuse', 'is only for --affinity cookie and header');
}
