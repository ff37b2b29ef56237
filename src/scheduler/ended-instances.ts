import type { InstanceInfo, InstanceLog } from '../model/instance.js';

/** How many ended instances are listed and have readable logs. */
const MOST_KEPT = 50;
/** Characters of all these logs together. */
const MOST_CHARACTERS_KEPT = 4 * 1024 * 1024;

interface Ended {
  readonly info: InstanceInfo;
  readonly log: InstanceLog;
  readonly characters: number;
}

/** The instances that ended last, with their logs. */
export class EndedInstances {
  /** By the ID of the instance; the oldest first. */
  readonly #all = new Map<string, Ended>();

  add(info: InstanceInfo, log: InstanceLog): void {
    this.#all.set(info.instanceId, { info, log, characters: charactersOf(log) });
    this.#forgetOldest();
  }

  /** The oldest first. */
  list(): InstanceInfo[] {
    return [...this.#all.values()].map(({ info }) => info);
  }

  log(instanceId: string): InstanceLog | undefined {
    return this.#all.get(instanceId)?.log;
  }

  #forgetOldest(): void {
    let characters = [...this.#all.values()].reduce((sum, one) => sum + one.characters, 0);
    for (const [instanceId, oldest] of this.#all) {
      if (this.#all.size <= MOST_KEPT && characters <= MOST_CHARACTERS_KEPT) return;
      characters -= oldest.characters;
      this.#all.delete(instanceId);
    }
  }
}

function charactersOf(log: InstanceLog): number {
  return log.lines().reduce((sum, { text }) => sum + text.length, 0);
}
