import { describe, expect, test } from 'vitest';
import { completeFunction } from '../../src/model/function-config.js';
import type { FunctionInput } from '../../src/model/function-input.js';
import { functionIssues } from '../../src/model/function-rules.js';
import { parseFunction, readFunction } from '../../src/schema/index.js';

const complete = (input: Partial<FunctionInput>) => completeFunction({ functionName: 'f', ...input });
const rulesOf = (input: Partial<FunctionInput>) =>
  functionIssues({ functionName: 'f', ...input }).map(({ path, rule }) => `${path} ${rule}`);

describe('a function completed', () => {
  test('has the defaults of Function Compute', () => {
    expect(complete({})).toMatchObject({
      description: '',
      runtime: 'custom.debian12',
      handler: 'index.handler',
      customRuntimeConfig: { command: [], args: [], port: 9000 },
      cpu: 0.35,
      memorySize: 512,
      diskSize: 512,
      timeout: 3,
      instanceConcurrency: 1,
      sessionAffinity: 'NONE',
    });
  });

  test('fills in the health check and the hooks that are named', () => {
    const config = complete({
      customRuntimeConfig: { healthCheckConfig: { httpGetUrl: '/ok' } },
      instanceLifecycleConfig: { initializer: { timeout: 20 }, preStop: {} },
    });
    expect(config.customRuntimeConfig.healthCheckConfig).toEqual({
      httpGetUrl: '/ok',
      initialDelaySeconds: 0,
      periodSeconds: 3,
      timeoutSeconds: 1,
      failureThreshold: 3,
      successThreshold: 1,
    });
    expect(config.instanceLifecycleConfig).toEqual({ initializer: { timeout: 20 }, preStop: { timeout: 3 } });
  });

  test('G01, G02: with affinity its concurrency is 200, and no other may be named', () => {
    expect(complete({ sessionAffinity: 'GENERATED_COOKIE' }).instanceConcurrency).toBe(200);
    expect(() => complete({ sessionAffinity: 'GENERATED_COOKIE', instanceConcurrency: 30 })).toThrow(
      /^ConcurrencyLimit is invalid for session function, allowed: 200$/,
    );
  });

  test('G11: an instance of a built-in runtime serves one session', () => {
    const builtIn = { runtime: 'nodejs20', sessionAffinity: 'GENERATED_COOKIE' } as const;
    expect(complete(builtIn)).toMatchObject({
      instanceConcurrency: 1,
      sessionAffinityConfig: { sessionConcurrencyPerInstance: 1 },
    });
    expect(() =>
      complete({ ...builtIn, sessionAffinityConfig: { sessionConcurrencyPerInstance: 2 } }),
    ).toThrow('sessionConcurrencyPerInstance must be 1 with the built-in runtime nodejs20');
  });

  test('an affinity configuration without an affinity is ignored', () => {
    const config = complete({ sessionAffinityConfig: { sessionConcurrencyPerInstance: 0 } });
    expect(config.sessionAffinityConfig.sessionConcurrencyPerInstance).toBe(20);
  });

  test('reports every rule that is broken, with its place', () => {
    expect(
      rulesOf({
        functionName: '9f',
        runtime: 'nodejs',
        sessionAffinity: 'HEADER_FIELD',
        sessionAffinityConfig: { sessionConcurrencyPerInstance: 201, sessionTTLInSeconds: 0 },
        environmentVariables: { FC_X: '1' },
        memorySize: 100,
        cpu: 0.33,
        diskSize: 1,
        customRuntimeConfig: { port: 0, healthCheckConfig: { timeoutSeconds: 4, httpGetUrl: 'x' } },
        instanceLifecycleConfig: { preStop: { timeout: 91 } },
      }),
    ).toEqual([
      'functionName format',
      'runtime choice',
      'sessionAffinityConfig.sessionTTLInSeconds range',
      'sessionAffinityConfig.sessionConcurrencyPerInstance range',
      'sessionAffinityConfig.affinityHeaderFieldName required',
      'environmentVariables format',
      'cpu range',
      'memorySize range',
      'diskSize choice',
      'customRuntimeConfig.port range',
      'customRuntimeConfig.healthCheckConfig.timeoutSeconds range',
      'customRuntimeConfig.healthCheckConfig.httpGetUrl format',
      'instanceLifecycleConfig.preStop.timeout range',
    ]);
  });

  test('a word that is no affinity is invalid', () => {
    expect(() => complete({ sessionAffinity: 'cookie' as 'NONE' })).toThrow(/^cookie is invalid/);
  });
});

describe('the body of a function', () => {
  test('is what the emulator uses, the code, and what a reply repeats', () => {
    const body = parseFunction({
      functionName: 'f',
      RUNTIME: 'custom',
      sessionAffinityConfig: '{"SessionTTLInSeconds": 60, "unknown": 1}',
      customContainerConfig: { image: 'i', acrInstanceId: 'cri-1' },
      code: { zipFile: 'UEs=', other: 1 },
      layers: ['arn'],
      tags: [{ Key: 'a', Value: 'b' }],
      role: null,
      lockInfo: 'x',
      microSandboxConfig: { image: 'm' },
    });
    expect(body).toEqual({
      input: {
        functionName: 'f',
        runtime: 'custom',
        sessionAffinityConfig: { sessionTTLInSeconds: 60 },
        customContainerConfig: { image: 'i' },
      },
      code: { zipFile: 'UEs=' },
      echo: {
        layers: ['arn'],
        tags: [{ Key: 'a', Value: 'b' }],
        microSandboxConfig: { image: 'm' },
        customContainerConfig: { image: 'i', acrInstanceId: 'cri-1' },
      },
    });
  });

  test.each<[unknown, string]>([
    [[], 'the body must be a JSON object, got an array'],
    [{ timeout: '3' }, 'timeout must be an integer, got the string "3"'],
    [{ sessionAffinityConfig: {} }, 'sessionAffinityConfig must be a string of JSON, got an object'],
    [
      { sessionAffinityConfig: 'cookie' },
      'sessionAffinityConfig must be a string of JSON, got the string "cookie"',
    ],
    [
      { sessionAffinityConfig: '{"sessionTTLInSeconds":"60"}' },
      'sessionAffinityConfig.sessionTTLInSeconds must be an integer, got the string "60"',
    ],
    [{ layers: [{ arn: 'a' }] }, 'layers[0] must be a string, got an object'],
    [{ environmentVariables: { A: 1 } }, 'environmentVariables.A must be a string, got "1"'],
    [{ customRuntimeConfig: { command: 'node' } }, 'customRuntimeConfig.command must be a list of strings'],
  ])('%j is refused', (body, message) => {
    expect(() => parseFunction(body)).toThrow(message);
  });

  test('T14: a body deeper than the stack is refused', () => {
    const deep = JSON.parse(`{"x":${'['.repeat(50_000)}${']'.repeat(50_000)}}`);
    expect(readFunction(deep)).toEqual({
      issues: [{ path: '', rule: 'format', message: 'the body must not be nested deeper than 100 levels' }],
    });
  });

  test('T14: keys of prototypes change nothing', () => {
    const { echo } = parseFunction(JSON.parse('{"__proto__":{"polluted":1},"constructor":{"x":1}}'));
    expect(Object.getPrototypeOf(echo)).toBe(Object.prototype);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});
