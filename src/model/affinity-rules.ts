import { FcError } from './errors.js';
import type { FunctionInput } from './function-input.js';
import type { Issue } from './issue.js';
import { checkAffinityHeaderFieldName, checkRange, LIMITS, REQUESTS_PER_INSTANCE } from './limits.js';
import { isBuiltInRuntime } from './runtimes.js';

/** `check` throws InvalidArgument where the rule is broken. */
export type Note = (path: string, rule: Issue['rule'], check: () => void) => void;

export function noteTogether(
  { sessionAffinity = 'NONE', instanceIsolationMode = 'SHARE', runtime = 'custom', ...input }: FunctionInput,
  note: Note,
): void {
  note('instanceIsolationMode', 'conflict', () => {
    if (instanceIsolationMode === 'SESSION_EXCLUSIVE' && sessionAffinity === 'NONE')
      refuse('instanceIsolationMode SESSION_EXCLUSIVE needs a sessionAffinity other than NONE');
    if (instanceIsolationMode === 'REQUEST_EXCLUSIVE' && sessionAffinity !== 'NONE')
      refuse(
        `sessionAffinity ${sessionAffinity} cannot be used with instanceIsolationMode REQUEST_EXCLUSIVE`,
      );
  });
  note('sessionAffinity', 'conflict', () => {
    if (sessionAffinity === 'MCP_SSE' && !runtime.startsWith('custom'))
      refuse(`sessionAffinity MCP_SSE needs a custom runtime, got runtime "${runtime}"`);
  });
  const slots = input.sessionAffinityConfig?.sessionConcurrencyPerInstance;
  if (sessionAffinity === 'NONE' || slots === undefined) return;
  note('sessionAffinityConfig.sessionConcurrencyPerInstance', 'conflict', () => {
    if (instanceIsolationMode === 'SESSION_EXCLUSIVE' && slots !== 1)
      refuse(`sessionConcurrencyPerInstance must be 1 with SESSION_EXCLUSIVE, got "${slots}"`);
    if (isBuiltInRuntime(runtime) && slots > 1)
      refuse(
        `sessionConcurrencyPerInstance must be 1 with the built-in runtime ${runtime}, whose instances take one request at once, got "${slots}"`,
      );
  });
}

export function noteAffinity(
  { sessionAffinity = 'NONE', sessionAffinityConfig: given = {}, ...input }: FunctionInput,
  note: Note,
): void {
  // Without an affinity its configuration is ignored, as on Function Compute (spec §1.1).
  if (sessionAffinity === 'NONE') return;
  const at = (key: string): string => `sessionAffinityConfig.${key}`;
  const maxTTL = input.maxSessionTTLInSeconds ?? LIMITS.sessionTTLInSeconds[1];
  const { sessionTTLInSeconds: ttl, sessionIdleTimeoutInSeconds: idle } = given;
  const { sessionConcurrencyPerInstance: slots, affinityHeaderFieldName: name } = given;
  if (ttl !== undefined)
    note(at('sessionTTLInSeconds'), 'range', () => checkRange('sessionTTLInSeconds', ttl, [1, maxTTL]));
  if (idle !== undefined)
    note(at('sessionIdleTimeoutInSeconds'), 'range', () =>
      checkIdleTimeout(idle, ttl ?? LIMITS.sessionTTLInSeconds[1], maxTTL),
    );
  if (slots !== undefined)
    note(at('sessionConcurrencyPerInstance'), 'range', () =>
      checkRange('sessionConcurrencyPerInstance', slots, LIMITS.sessionConcurrencyPerInstance),
    );
  const { sseEndpointPath: path } = given;
  if (sessionAffinity === 'MCP_SSE' && path !== undefined)
    note(at('sseEndpointPath'), 'format', () => {
      if (!/^\/[!-~]*$/.test(path))
        refuse(`sseEndpointPath must be a path that begins with "/", got ${JSON.stringify(path)}`);
    });
  if (sessionAffinity !== 'HEADER_FIELD') return;
  note(at('affinityHeaderFieldName'), name === undefined ? 'required' : 'format', () => {
    if (name === undefined) refuse('affinityHeaderFieldName is required with sessionAffinity HEADER_FIELD');
    else checkAffinityHeaderFieldName(name);
  });
}

export function noteConcurrency(
  {
    sessionAffinity = 'NONE',
    instanceIsolationMode,
    instanceConcurrency: given,
    runtime = 'custom',
  }: FunctionInput,
  note: Note,
): void {
  if (given === undefined) return;
  note('instanceConcurrency', sessionAffinity === 'NONE' ? 'range' : 'conflict', () => {
    if (sessionAffinity === 'NONE')
      return checkRange('instanceConcurrency', given, LIMITS.instanceConcurrency);
    const allowed = requestsPerInstance(runtime);
    // Under session isolation 1 is seen in use too (spec U4).
    if (given === allowed || (instanceIsolationMode === 'SESSION_EXCLUSIVE' && given === 1)) return;
    refuse(`ConcurrencyLimit is invalid for session function, allowed: ${allowed}`);
  });
}

/** @returns what a runtime gives one instance at once: built-in runtimes take one request, and so one session */
export function requestsPerInstance(runtime: string): number {
  return isBuiltInRuntime(runtime) ? 1 : REQUESTS_PER_INSTANCE;
}

/**
 * An idle time that was given must fit into the TTL (spec U2).
 * @throws InvalidArgument
 */
export function checkIdleTimeout(given: number, ttl: number, maxTTL: number): void {
  checkRange('sessionIdleTimeoutInSeconds', given, [LIMITS.sessionIdleTimeoutInSeconds[0], maxTTL]);
  if (given > ttl)
    refuse(
      `sessionIdleTimeoutInSeconds must not be greater than sessionTTLInSeconds (${ttl}), got "${given}"`,
    );
}

/** @throws InvalidArgument */
export function refuse(message: string): void {
  throw new FcError('InvalidArgument', message);
}
