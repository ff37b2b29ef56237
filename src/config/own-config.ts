import { dirname, resolve } from 'node:path';
import { commandWords } from '../model/command-words.js';
import { type Duration, parseDuration } from '../model/duration.js';
import { FcError } from '../model/errors.js';
import { DEFAULT_TRIGGER, type TriggerAuthType } from '../model/function.js';
import { nearest } from '../model/nearest.js';
import { type OwnFunction, ownKeys, readOwnConfig } from '../schema/index.js';
import type { FunctionDraft } from './function-draft.js';
import { functionNameOf } from './function-name.js';
import { AFFINITY_WORDS, FUNCTION_DEFAULTS, ISOLATION_WORDS, OPTION_OF } from './function-words.js';
import { dig, type Located, type LocatedMap, mapAt, type Place, plain } from './located.js';
import type { Tell } from './problem.js';
import { unusedOptions } from './unused-options.js';

export const OWN_WORDS = {
  affinities: Object.keys(AFFINITY_WORDS),
  isolations: Object.keys(ISOLATION_WORDS),
};

/** Reads `fc-affinity.yaml`, which has the names of the command line and of `startEmulator`. */
export function ownDrafts(content: Located, path: string, tell: Tell): FunctionDraft[] {
  if (content.kind !== 'map') {
    tell({ rule: 'own-config', level: 'error', message: 'the file must hold a map', at: content.at });
    return [];
  }
  const file = content;
  const listed = mapAt(file, ['functions']);
  if (!checkKeys(file, tell)) return [];
  const reading = readOwnConfig(plain(file), OWN_WORDS);
  if ('issues' in reading) {
    for (const { path: where, message } of reading.issues)
      tell({ rule: 'own-config', level: 'error', message, at: placeIn(file, where.split('.')) });
    return [];
  }
  const { value } = reading;
  if (!('functions' in value)) {
    const name = value.functionName ?? functionNameOf(dirname(path));
    return draftOf(value, { name, map: file, path, tell }) ?? [];
  }
  const functions = Object.entries(value.functions);
  if (functions.length === 0)
    tell({
      rule: 'no-function',
      level: 'error',
      message: 'functions has no function',
      at: listed?.at ?? file.at,
    });
  return functions.flatMap(
    ([name, one]) => draftOf(one, { name, map: mapAt(listed, [name]) ?? file, path, tell }) ?? [],
  );
}

/** @returns whether every key is known */
function checkKeys(file: LocatedMap, tell: Tell): boolean {
  const known = ownKeys(OWN_WORDS);
  const functions = dig(file, ['functions']);
  let isKnown = true;
  const look = (map: Located, names: readonly string[], of: string): void => {
    if (map.kind !== 'map') return;
    for (const [key, { keyAt }] of map.entries) {
      if (names.includes(key)) continue;
      isKnown = false;
      const meant = nearest(key, names);
      const fix = meant === undefined ? undefined : `did you mean ${meant}?`;
      tell({
        rule: 'unknown-key',
        level: 'error',
        message: `${of} has no key ${JSON.stringify(key)}`,
        at: keyAt,
        fix,
      });
    }
  };
  if (functions === undefined) look(file, [...known, 'functions'], 'the file');
  else look(file, ['functions'], 'a file with functions');
  for (const [name, { value }] of mapAt(functions, [])?.entries ?? [])
    look(
      value,
      known.filter((key) => key !== 'functionName'),
      `the function ${name}`,
    );
  return isKnown;
}

interface Asked {
  readonly name: string;
  readonly map: LocatedMap;
  readonly path: string;
  readonly tell: Tell;
}

function draftOf(one: OwnFunction, { name, map, path, tell }: Asked): FunctionDraft[] | undefined {
  const affinity = wordOf(AFFINITY_WORDS, one.affinity) ?? FUNCTION_DEFAULTS.affinity;
  let isWrong = false;
  const refuse = (key: string, message: string): void => {
    isWrong = true;
    tell({ rule: 'own-config', level: 'error', message, at: placeIn(map, [key]) });
  };
  for (const unused of unusedOptions(affinity, one))
    refuse(unused.option, `${unused.option} has no meaning with affinity ${unused.affinity}`);
  const command = wordsOf(one.command, (message) => refuse('command', message));
  if (isWrong) return undefined;
  const env = one.env ?? {};
  const input = {
    functionName: name,
    command,
    codeDirectory: resolve(dirname(path), one.directory ?? '.'),
    sessionAffinity: affinity,
    sessionAffinityConfig: {
      sessionConcurrencyPerInstance: one.sessionsPerInstance,
      sessionTTLInSeconds: seconds(one.ttl),
      sessionIdleTimeoutInSeconds: seconds(one.idle),
      disableSessionIdReuse: one.disableSessionIdReuse,
      affinityHeaderFieldName: one.headerName,
      sseEndpointPath: one.ssePath,
    },
    instanceIsolationMode: wordOf(ISOLATION_WORDS, one.isolation) ?? FUNCTION_DEFAULTS.isolation,
    instanceConcurrency: one.instanceConcurrency,
    timeout: seconds(one.timeout) ?? FUNCTION_DEFAULTS.timeout,
    startTimeoutInSeconds: seconds(one.startTimeout) ?? FUNCTION_DEFAULTS.startTimeout,
    drainTimeoutInSeconds: seconds(one.drainTimeout) ?? FUNCTION_DEFAULTS.drainTimeout,
    maxInstances: one.maxInstances ?? FUNCTION_DEFAULTS.maxInstances,
    minInstances: one.minInstances ?? FUNCTION_DEFAULTS.minInstances,
    environmentVariables: env,
  };
  const authType: TriggerAuthType = one.triggerAuth === 'function' ? 'function' : 'anonymous';
  return [
    {
      input,
      triggers: [{ triggerName: DEFAULT_TRIGGER, authType, customDomain: one.customDomain ?? false }],
      placeOf: (field, message) => placeOfField(map, field, message),
      words: (message) => message.replaceAll(/\b[a-z]\w+\b/g, (word) => OPTION_OF[word] ?? word),
    },
  ];
}

function wordsOf(command: OwnFunction['command'], refuse: (message: string) => void): readonly string[] {
  if (typeof command !== 'string') return command;
  try {
    return commandWords(command);
  } catch (error) {
    if (!(error instanceof FcError)) throw error;
    refuse(error.message);
    return [];
  }
}

function seconds(duration: Duration | undefined): number | undefined {
  return typeof duration === 'string' ? parseDuration(duration) : duration;
}

function wordOf<T>(words: Readonly<Record<string, T>>, word: string | undefined): T | undefined {
  return word !== undefined && Object.hasOwn(words, word) ? words[word] : undefined;
}

function placeOfField(map: LocatedMap, field: string, message: string): Place {
  const name = field.split('.').at(-1) ?? field;
  const key = OPTION_OF[name] ?? name;
  const variable =
    key === 'env'
      ? [...(mapAt(map, ['env'])?.entries ?? [])].find(([one]) => message.includes(one))
      : undefined;
  if (variable !== undefined) return variable[1].keyAt;
  if (key === 'functionName') return dig(map, [key])?.at ?? map.at;
  return placeIn(map, [key === 'headerName' && !map.entries.has(key) ? 'affinity' : key]);
}

/** @returns the place of the longest part of the path that exists in the file */
function placeIn(map: LocatedMap, path: readonly string[]): Place {
  for (let length = path.length; length > 0; length--) {
    const found = dig(map, path.slice(0, length));
    if (found !== undefined) return found.at;
  }
  return map.at;
}
