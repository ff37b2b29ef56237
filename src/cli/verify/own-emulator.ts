import type { FunctionFlags } from '../../config/function-from-flags.js';
import type { SessionAffinityType } from '../../model/function.js';
import type { SuiteId } from '../../verify/suites.js';
import type { VerifyTarget } from '../../verify/target.js';
import type { Context } from '../context.js';
import { type HandlerEnvironment, servedFunction } from '../options/served-function.js';

export interface OwnTarget extends VerifyTarget {
  stop(): Promise<void>;
}

interface VerifyFlags extends Omit<FunctionFlags, 'affinity'>, HandlerEnvironment {
  readonly affinity: SessionAffinityType | undefined;
  readonly noPortShift: boolean;
}

const AFFINITY_OF: Partial<Record<SuiteId, SessionAffinityType>> = {
  header: 'HEADER_FIELD',
  'mcp-streamable': 'MCP_STREAMABLE',
  'mcp-sse': 'MCP_SSE',
};
const HEADER_NAME = 'x-session-id';
/** The limits suite fills every slot, so there are few. */
const MOST_INSTANCES_TO_FILL = 4;

/**
 * Starts an unused emulator for one suite. Where no option says otherwise, an instance takes two sessions, as documented, and the
 * function has the affinity of the suite. For the limits suite there are at most four instances, or `--min-instances`.
 */
export async function startOwn(
  suite: SuiteId,
  {
    flags,
    command,
    context,
  }: {
    readonly flags: VerifyFlags;
    readonly command: readonly string[] | undefined;
    readonly context: Context;
  },
): Promise<OwnTarget> {
  const affinity = flags.affinity ?? AFFINITY_OF[suite] ?? 'GENERATED_COOKIE';
  const isolated = flags.isolation === 'SESSION_EXCLUSIVE';
  const fewInstances = Math.max(flags.minInstances, Math.min(flags.maxInstances, MOST_INSTANCES_TO_FILL));
  const forSuite = {
    ...flags,
    affinity,
    maxInstances: suite === 'limits' ? fewInstances : flags.maxInstances,
    headerName: flags.headerName ?? (affinity === 'HEADER_FIELD' ? HEADER_NAME : undefined),
    sessionsPerInstance: flags.sessionsPerInstance ?? (isolated ? undefined : 2),
  };
  const config = await servedFunction(forSuite, command, context);
  const { startEmulator } = await import('../../emulator.js');
  const emulator = await startEmulator({
    functions: [{ config }],
    maxSessionTTLInSeconds: flags.maxSessionTtl,
    hostEnvironment: context.env,
    portShift: !flags.noPortShift,
  });
  const [served] = emulator.functions;
  if (served === undefined) throw new Error('the emulator serves nothing');
  return {
    url: served.url,
    functionName: served.functionName,
    control: emulator.control,
    mayMoveClock: true,
    stop: () => emulator.stopNow(),
  };
}
