/** One seed is a whole episode: its settings and every operation come from it. */
export interface Settings {
  readonly slotsEach: number;
  readonly requestsEach: number;
  readonly maxInstances: number;
  readonly minInstances: number;
  readonly exclusive: boolean;
  readonly ttl: number;
  readonly idle: number;
  readonly ban: boolean;
}

/** What an update of the function may change. */
export type Limits = Pick<Settings, 'slotsEach' | 'requestsEach'>;

export interface Wishes {
  readonly ttl?: number;
  readonly idle?: number;
  readonly ban?: boolean;
}

const HIBERNATION_STEPS = ['pause', 'paused', 'resume', 'resumed', 'notResumed'] as const;
export type HibernationStep = (typeof HIBERNATION_STEPS)[number];

export type Operation =
  | { readonly do: 'request'; readonly id?: string; readonly whenUnknown: 'generate' | 'create' }
  | { readonly do: 'visit' }
  | { readonly do: 'reserve' }
  | { readonly do: 'learn'; readonly binding: number; readonly id?: string }
  | { readonly do: 'end'; readonly binding: number }
  | { readonly do: 'leave' | 'detach' | 'rebind'; readonly binding: number; readonly answered: boolean }
  | { readonly do: 'create'; readonly id?: string; readonly wishes: Wishes }
  | { readonly do: 'update'; readonly id: string; readonly wishes: Wishes }
  | { readonly do: 'delete' | 'get' | HibernationStep; readonly id: string }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'deploy'; readonly limits: Limits }
  | { readonly do: 'ready' | 'die' | 'retire'; readonly instance: number };

/** What both the core and the reference model can do. Answers are text, so that they can be compared and read. */
export interface Subject {
  perform(operation: Operation): string;
}

/** What there is at the moment, so that operations name what exists. */
export interface Scene {
  /** Sessions on record. */
  readonly sessions: readonly { readonly sessionId: string; readonly sessionStatus: string }[];
  /** Stays that are on an instance, and those that have stepped out. */
  readonly staying: readonly number[];
  readonly out: readonly number[];
  /** Requests that hold a slot for a session without a name. */
  readonly reserving: readonly number[];
  readonly starting: readonly number[];
  readonly counted: readonly number[];
  readonly exclusive: boolean;
}

export type Random = (below: number) => number;

/** A small generator of good quality; the seed is all there is to it. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const pick = <T>(random: Random, items: readonly [T, ...T[]]): T => items[random(items.length)] ?? items[0];

export function settingsOf(random: Random): Settings {
  const exclusive = random(3) === 0;
  const maxInstances = pick(random, [1, 2, 3, 5]);
  const ttl = pick(random, [1, 2, 7, 60, 400, 400]);
  return {
    ...limits(random, exclusive),
    maxInstances,
    minInstances: random(3) === 0 ? random(maxInstances + 1) : 0,
    exclusive,
    ttl,
    idle: pick(random, [0, 1, 3, 20, 400]),
    ban: random(4) === 0,
  };
}

function limits(random: Random, exclusive: boolean): Limits {
  return {
    slotsEach: exclusive ? 1 : pick(random, [1, 2, 3]),
    requestsEach: pick(random, [1, 2, 4]),
  };
}

const IDS = ['a', 'b', 'c', 'd', 'e'] as const;

function wishes(random: Random): Wishes {
  return {
    ...(random(2) === 0 && { ttl: pick(random, [1, 2, 5, 60, 1000]) }),
    ...(random(3) === 0 && { idle: pick(random, [0, 1, 4, 700]) }),
    ...(random(4) === 0 && { ban: random(2) === 0 }),
  };
}

/** The next thing that happens. Mostly it names something that exists, sometimes something that does not. */
export function operationOf(random: Random, scene: Scene): Operation {
  const id = (): string => scene.sessions[random(scene.sessions.length + 1)]?.sessionId ?? pick(random, IDS);
  const one = (numbers: readonly number[]): number => numbers[random(numbers.length)] ?? 1 + random(9);
  const roll = random(100);
  if (roll < 20) return { do: 'request', id: id(), whenUnknown: random(2) === 0 ? 'create' : 'generate' };
  if (roll < 24) return { do: 'request', whenUnknown: 'generate' };
  if (roll < 28) return unnamed(random, scene);
  if (roll < 46) return { do: 'leave', binding: one(scene.staying), answered: random(5) > 0 };
  if (roll < 49) return { do: 'detach', binding: one(scene.staying), answered: false };
  if (roll < 53) return { do: 'rebind', binding: one(scene.out), answered: false };
  if (roll < 58)
    return { do: 'create', ...(random(2) === 0 && { id: pick(random, IDS) }), wishes: wishes(random) };
  if (roll < 62) return { do: 'update', id: id(), wishes: wishes(random) };
  if (roll < 65) return { do: 'delete', id: id() };
  if (roll < 67) return { do: 'get', id: id() };
  if (roll < 77) return hibernate(random, scene);
  if (roll < 82) return { do: 'ready', instance: one(scene.starting) };
  if (roll < 84) return { do: 'die', instance: one(scene.counted) };
  if (roll < 85) return { do: 'retire', instance: one(scene.counted) };
  if (roll < 86 && random(3) === 0) return { do: 'deploy', limits: limits(random, scene.exclusive) };
  if (roll < 95) return { do: 'advance', ms: pick(random, [0, 1, 100, 499, 999, 1000, 1001]) };
  if (roll < 98) return { do: 'advance', ms: random(5000) };
  return {
    do: 'advance',
    ms: pick(random, [30_000, 60_000, 299_999, 300_000, 400_000, 86_400_000, 259_199_000, 259_200_000]),
  };
}

/** Requests without a session, and those whose session the instance names. */
function unnamed(random: Random, { reserving, staying, sessions }: Scene): Operation {
  const roll = random(8);
  const numbers = random(4) > 0 ? reserving : staying;
  const binding = numbers[random(numbers.length)] ?? 1 + random(9);
  // Half of the names are taken, as far as there are sessions.
  const named = (): string => sessions[random(2 * sessions.length + 1)]?.sessionId ?? pick(random, IDS);
  if (roll < 2) return { do: 'visit' };
  if (roll < 5) return { do: 'reserve' };
  if (roll < 7) return { do: 'learn', binding, ...(random(3) > 0 && { id: named() }) };
  return { do: 'end', binding };
}

const NEXT_STEP: Readonly<Record<string, readonly [HibernationStep, ...HibernationStep[]]>> = {
  Active: ['pause'],
  Pausing: ['paused'],
  Paused: ['resume'],
  Resuming: ['resumed', 'resumed', 'notResumed'],
};

/** Mostly the next step of a session that is alive; now and then one that does not fit. */
function hibernate(random: Random, { sessions }: Scene): Operation {
  const alive = sessions.filter(({ sessionStatus }) => sessionStatus !== 'Expired');
  const one = alive[random(Math.max(1, alive.length))];
  if (one === undefined || random(5) === 0)
    return { do: pick(random, HIBERNATION_STEPS), id: pick(random, IDS) };
  return { do: pick(random, NEXT_STEP[one.sessionStatus] ?? ['pause']), id: one.sessionId };
}
