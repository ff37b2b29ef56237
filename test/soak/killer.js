import { randomInt } from 'node:crypto';
import { machineTime } from './machine-time.js';

/** So many instances are always spared, so that load goes on. */
const FEWEST_LEFT = 2;
/** One death in so many is asked for through the API; the others come unannounced. */
const ASKED_FOR_EVERY = 5;
/** A client that still knows nothing by then is one that hangs. */
const KNOWS_WITHIN_MS = 2000;

/** Kills instances one after another, and looks a while after each death whether everybody learned of it. */
export class Killer {
  #control;
  #client;
  #oracle;
  #kills = 0;
  /** @type {Set<Promise<void>>} */
  #looks = new Set();

  constructor({ control, client, oracle }) {
    this.#control = control;
    this.#client = client;
    this.#oracle = oracle;
  }

  /** Does not wait for the consequences. */
  async kill() {
    const running = (await this.#control.instances.list()).filter(({ status }) => status === 'Running');
    if (running.length <= FEWEST_LEFT) return;
    // A death is best seen where somebody is looking.
    const { connections } = this.#client;
    const watched = running.filter(({ instanceId }) => connections.instances.has(instanceId));
    const among = watched.length > 0 ? watched : running;
    const { instanceId, pid } = among[randomInt(among.length)];
    this.#oracle.killing(instanceId);
    const isAskedFor = this.#kills++ % ASKED_FOR_EVERY === 0;
    // Of one that is asked for nobody knows the moment at which it dies.
    const concerned = connections.expectEndOf(instanceId, { timed: !isAskedFor });
    if (isAskedFor) void this.#ask(instanceId);
    else crash(pid);
    const look = this.#look(instanceId, concerned).finally(() => this.#looks.delete(look));
    this.#looks.add(look);
  }

  /** Until every death has been looked at. */
  async settled() {
    await Promise.all(this.#looks);
  }

  async #ask(instanceId) {
    try {
      await this.#control.instances.kill(instanceId);
    } catch (error) {
      if (error.code !== 'InstanceNotFound') this.#oracle.breaks('I16: a kill failed', String(error.message));
    }
  }

  async #look(instanceId, concerned) {
    await machineTime(KNOWS_WITHIN_MS);
    for (const connection of concerned) {
      if (!this.#client.connections.isOpen(connection)) continue;
      this.#oracle.count('clients that hung');
      this.#oracle.breaks("G6: a client did not learn of its instance's death", instanceId);
      connection.leave();
    }
  }
}

function crash(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has gone meanwhile.
  }
}
