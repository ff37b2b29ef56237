import { bundledFixture } from '../../config/bundled-fixture.js';
import type { FunctionFlags } from '../../config/function-from-flags.js';
import type { ListeningFunction, ServeFunction } from '../../emulator-options.js';
import {
  DEFAULT_TRIGGER,
  type FunctionConfig,
  LATEST,
  type SessionAffinityType,
} from '../../model/function.js';
import { completeFunction } from '../../model/function-config.js';
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

interface Served {
  readonly flags: VerifyFlags;
  readonly given: GivenTexts;
  readonly command: readonly string[] | undefined;
  readonly context: Context;
}

interface OwnEmulator {
  readonly target: OwnTarget;
  /** Whether the handler is the bundled one. */
  readonly bundled: boolean;
}

const AFFINITY_OF: Partial<Record<SuiteId, SessionAffinityType>> = {
  header: 'HEADER_FIELD',
  'mcp-streamable': 'MCP_STREAMABLE',
  'mcp-sse': 'MCP_SSE',
};
const HEADER_NAME = 'x-session-id';
/** The limits suite fills every slot, so the default is few instances. */
const MOST_INSTANCES_TO_FILL = 4;

/**
 * Starts an unused emulator for one suite. By default, an instance takes two sessions, as documented, and the
 * function has the affinity of the suite. For the limits suite there are at most four instances, or `--min-instances`. Serves
 * more functions if the suite needs them.
 */
export async function startOwn(suite: SuiteId, served: Served): Promise<OwnTarget> {
  return (await startFound(suite, served)).target;
}

/**
 * As {@link startOwn}, for `--suite all`. If the handler does not speak MCP, that is not a mistake of affinity, and the MCP suites run on
 * the bundled server.
 */
export async function startOwnOfAll(suite: SuiteId, served: Served): Promise<OwnTarget> {
  const { target, bundled } = await startFound(suite, served);
  const isMcp = suite === 'mcp-streamable' || suite === 'mcp-sse';
  if (!isMcp || bundled || served.flags.affinity !== undefined) return target;
  const { speaksMcp } = await import('../../verify/speaks-mcp.js');
  const answer = await speaksMcp(suite, target);
  if (answer === 'yes') return target;
  await target.stop();
  // The suite reports the failure. It needs a new emulator, which does not yet wait between two starts.
  if (answer === 'broken') return startOwn(suite, served);
  const sessionAffinity = AFFINITY_OF[suite] ?? 'NONE';
  const config = completeFunction({
    ...bundledFixture(sessionAffinity),
    sessionAffinity,
    sessionAffinityConfig: { sessionConcurrencyPerInstance: 2 },
    timeout: served.flags.timeout,
  });
  const own = await start([{ config }], served);
  return { ...own, note: 'the handler does not speak MCP: this suite ran on the bundled MCP server' };
}

async function startFound(suite: SuiteId, served: Served): Promise<OwnEmulator> {
  const { flags, given, command, context } = served;
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
  const one = verified(found);
  const others = othersOf(suite, one.config, found.bundled).map((config) => ({ config }));
  const own = await start([one, ...others], served);
  const [, other] = own.functions;
  const target = {
    ...own,
    ...(suite === 'lifecycle' && other !== undefined && { otherIsolation: other }),
    ...(suite === 'limits' && other !== undefined && { obligingFunction: other }),
  };
  return { target, bundled: found.bundled };
}

async function start(
  functions: readonly ServeFunction[],
  { flags, context }: Served,
): Promise<OwnTarget & { readonly functions: readonly ListeningFunction[] }> {
  const { startEmulator } = await import('../../emulator.js');
  const emulator = await startEmulator({
    functions,
    maxSessionTTLInSeconds: flags.maxSessionTtl,
    hostEnvironment: context.env,
    portShift: !flags.noPortShift,
  });
  const [first] = emulator.functions;
  if (first === undefined) throw new Error('the emulator serves nothing');
  return {
    url: first.url,
    functionName: first.functionName,
    functions: emulator.functions,
    control: emulator.control,
    mayMoveClock: true,
    stop: () => emulator.stopNow(),
  };
}

/** A function of a configuration keeps its values, except for the affinity of the suite. */
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

/** @returns the first function with affinity, or else the first function, with anonymous triggers */
function verified({ functions }: ServedFunctions): ServeFunction {
  const one = functions.find(({ config }) => config.sessionAffinity !== 'NONE') ?? functions[0];
  if (one === undefined) throw new Error('there is no function');
  const { triggers: [trigger = { triggerName: DEFAULT_TRIGGER }] = [] } = one;
  return { ...one, triggers: [{ ...trigger, qualifier: LATEST, authType: 'anonymous' }] };
}

/** @returns the other functions of a suite: one without sessions, one with the other isolation mode, or the bundled handler */
function othersOf(suite: SuiteId, config: FunctionConfig, bundled: boolean): FunctionConfig[] {
  const { sessionAffinity, sessionAffinityConfig, timeout } = config;
  if (sessionAffinity === 'NONE') return [];
  const named = (what: string): Pick<FunctionConfig, 'functionName' | 'minInstances'> => ({
    functionName: `${config.functionName}-${what}`,
    minInstances: 0,
  });
  if (suite === 'session-api') {
    return [{ ...config, ...named('none'), sessionAffinity: 'NONE', instanceIsolationMode: 'SHARE' }];
  }
  // The user's handler may not set the cookies that the suite asks for.
  if (suite === 'limits' && !bundled) {
    const hello = { ...bundledFixture(sessionAffinity), ...named('hello') };
    return [completeFunction({ ...hello, sessionAffinity, sessionAffinityConfig, timeout })];
  }
  if (suite !== 'lifecycle') return [];
  const isIsolated = config.instanceIsolationMode === 'SESSION_EXCLUSIVE';
  return [
    {
      ...config,
      ...named(isIsolated ? 'shared' : 'isolated'),
      instanceIsolationMode: isIsolated ? 'SHARE' : 'SESSION_EXCLUSIVE',
      sessionAffinityConfig: { ...sessionAffinityConfig, sessionConcurrencyPerInstance: isIsolated ? 2 : 1 },
    },
  ];
}
