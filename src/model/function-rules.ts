import { type Note, noteAffinity, noteConcurrency, noteTogether, refuse } from './affinity-rules.js';
import { FcError } from './errors.js';
import { INSTANCE_ISOLATION_MODES, type LifecycleHook, SESSION_AFFINITIES } from './function.js';
import type { FunctionInput } from './function-input.js';
import type { Issue } from './issue.js';
import { checkEnvironmentVariables, checkFunctionName, checkRange, LIMITS } from './limits.js';
import { isRuntime } from './runtimes.js';

/** @returns every rule of the API that the function breaks, in the order in which the API looks */
export function functionIssues(input: FunctionInput): Issue[] {
  const issues: Issue[] = [];
  const note: Note = (path, rule, check) => {
    try {
      check();
    } catch (error) {
      if (!(error instanceof FcError)) throw error;
      issues.push({ path, rule, message: error.message });
    }
  };
  note('functionName', 'format', () => checkFunctionName(input.functionName));
  noteKinds(input, note);
  noteTogether(input, note);
  noteAffinity(input, note);
  noteConcurrency(input, note);
  noteResources(input, note);
  noteRuntime(input, note);
  return issues;
}

function noteKinds(
  { sessionAffinity = 'NONE', instanceIsolationMode = 'SHARE', runtime }: FunctionInput,
  note: Note,
): void {
  note('sessionAffinity', 'choice', () => oneOf('sessionAffinity', sessionAffinity, SESSION_AFFINITIES));
  note('instanceIsolationMode', 'choice', () =>
    oneOf('instanceIsolationMode', instanceIsolationMode, INSTANCE_ISOLATION_MODES),
  );
  note('runtime', 'choice', () => {
    if (runtime !== undefined && !isRuntime(runtime))
      refuse(
        `${runtime} is invalid: runtime must be one of Function Compute, as custom.debian12 or nodejs20`,
      );
  });
}

function noteResources(
  {
    timeout = 3,
    maxInstances = 20,
    minInstances = 0,
    startTimeoutInSeconds = 120,
    drainTimeoutInSeconds = 10,
    ...input
  }: FunctionInput,
  note: Note,
): void {
  const range = (name: string, value: number, bounds: readonly [number, number]): void =>
    note(name, 'range', () => checkRange(name, value, bounds));
  range('timeout', timeout, LIMITS.timeout);
  range('maxInstances', maxInstances, LIMITS.maxInstances);
  range('minInstances', minInstances, [0, maxInstances]);
  range('startTimeoutInSeconds', startTimeoutInSeconds, [1, 86400]);
  range('drainTimeoutInSeconds', drainTimeoutInSeconds, [0, 86400]);
  note('environmentVariables', 'format', () => checkEnvironmentVariables(input.environmentVariables ?? {}));
  const { cpu, memorySize, diskSize } = input;
  note('cpu', 'range', () => {
    const [least, most] = LIMITS.cpu;
    const isMultiple = cpu === undefined || Math.abs(cpu * 20 - Math.round(cpu * 20)) < 1e-6;
    if (cpu !== undefined && !(isMultiple && cpu >= least && cpu <= most))
      refuse(`cpu must be a multiple of 0.05 from ${least} to ${most}, got "${cpu}"`);
  });
  note('memorySize', 'range', () => {
    const [least, most] = LIMITS.memorySize;
    if (memorySize !== undefined && !(memorySize % 64 === 0 && memorySize >= least && memorySize <= most))
      refuse(`memorySize must be a multiple of 64 from ${least} to ${most}, got "${memorySize}"`);
  });
  note('diskSize', 'choice', () => {
    if (diskSize !== undefined && diskSize !== 512 && diskSize !== 10240)
      refuse(`diskSize must be 512 or 10240, got "${diskSize}"`);
  });
}

function noteRuntime(
  { customRuntimeConfig, customContainerConfig, instanceLifecycleConfig }: FunctionInput,
  note: Note,
): void {
  const range = (path: string, value: number | undefined, bounds: readonly [number, number]): void => {
    if (value !== undefined) note(path, 'range', () => checkRange(path, value, bounds));
  };
  const { port, healthCheckConfig: health = {} } = customRuntimeConfig ?? {};
  range('customRuntimeConfig.port', port, LIMITS.port);
  range('customContainerConfig.port', customContainerConfig?.port, LIMITS.port);
  const at = 'customRuntimeConfig.healthCheckConfig';
  for (const key of HEALTH_NUMBERS) range(`${at}.${key}`, health[key], LIMITS[key]);
  note(`${at}.httpGetUrl`, 'format', () => {
    const url = health.httpGetUrl ?? '';
    if (url.length > 2048) refuse(`${at}.httpGetUrl must be at most 2048 characters, got ${url.length}`);
    if (url !== '' && !url.startsWith('/'))
      refuse(`${at}.httpGetUrl must be a path that begins with "/", got ${JSON.stringify(url.slice(0, 80))}`);
  });
  const hook = (name: 'initializer' | 'preStop', bounds: readonly [number, number]): void => {
    const given: Partial<LifecycleHook> | undefined = instanceLifecycleConfig?.[name];
    range(`instanceLifecycleConfig.${name}.timeout`, given?.timeout, bounds);
  };
  hook('initializer', LIMITS.initializerTimeout);
  hook('preStop', LIMITS.preStopTimeout);
}

const HEALTH_NUMBERS = [
  'initialDelaySeconds',
  'periodSeconds',
  'timeoutSeconds',
  'failureThreshold',
  'successThreshold',
] as const;

function oneOf(name: string, value: string, allowed: readonly string[]): void {
  if (!allowed.includes(value)) refuse(`${value} is invalid: ${name} must be one of ${allowed.join(', ')}`);
}
