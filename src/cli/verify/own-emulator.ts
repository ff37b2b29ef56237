import type { FunctionFlags } from '../../config/function-from-flags.js';
import type { ServeFunction } from '../../emulator-options.js';
import { DEFAULT_TRIGGER, LATEST, type SessionAffinityType } from '../../model/function.js';
import type { FunctionInput } from '../../model/function-input.js';
import type { SuiteId } from '../../verify/suites.js';
import type { VerifyTarget } from '../../verify/target.js';
import type { Context } from '../context.js';
import type { GivenTexts } from '../options/options.js';
import {
  type HandlerEnvironment,
  type ServedFunctions,
  servedFunctions,
} from '../options/served-functions.js';

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
    given,
    command,
    context,
  }: {
    readonly flags: VerifyFlags;
    readonly given: GivenTexts;
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
  const adjust = (input: FunctionInput): FunctionInput => forConfigured(input, { suite, flags });
  const found = await servedFunctions(forSuite, { given, command, adjust }, context);
  const { startEmulator } = await import('../../emulator.js');
  const emulator = await startEmulator({
    functions: [verified(found)],
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

/** A function of a configuration keeps what it says, but for what the suite is about. */
function forConfigured(
  input: FunctionInput,
  { suite, flags }: { readonly suite: SuiteId; readonly flags: VerifyFlags },
): FunctionInput {
  const sessionAffinity = flags.affinity ?? AFFINITY_OF[suite] ?? input.sessionAffinity;
  const isolated = input.instanceIsolationMode === 'SESSION_EXCLUSIVE';
  const most = input.maxInstances ?? MOST_INSTANCES_TO_FILL;
  return {
    ...input,
    ...(sessionAffinity !== undefined && { sessionAffinity }),
    sessionAffinityConfig: {
      ...(sessionAffinity === 'HEADER_FIELD' && { affinityHeaderFieldName: HEADER_NAME }),
      ...(!isolated && { sessionConcurrencyPerInstance: 2 }),
      ...input.sessionAffinityConfig,
    },
    ...(suite === 'limits' && {
      maxInstances: Math.max(input.minInstances ?? 0, Math.min(most, MOST_INSTANCES_TO_FILL)),
    }),
  };
}

/** The first function with affinity, or the first; reachable without a signature. */
function verified({ functions }: ServedFunctions): ServeFunction {
  const one = functions.find(({ config }) => config.sessionAffinity !== 'NONE') ?? functions[0];
  if (one === undefined) throw new Error('there is no function');
  const { triggers: [trigger = { triggerName: DEFAULT_TRIGGER }] = [] } = one;
  return { ...one, triggers: [{ ...trigger, qualifier: LATEST, authType: 'anonymous' }] };
}
