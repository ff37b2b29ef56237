/**
 * Streams and WebSockets that are open, and on which instance.
 * @typedef {object} OpenConnection
 * @property {string | undefined} instance known with the first thing that it says
 * @property {number | undefined} killedAt when its instance was about to be killed
 * @property {boolean} timed whether that is when it died
 * @property {() => void} leave ends it from the client's side
 */
export class OpenConnections {
  /** @type {Set<OpenConnection>} */
  #open = new Set();
  #oracle;

  constructor(oracle) {
    this.#oracle = oracle;
  }

  /** @returns {OpenConnection} not open before it has said which instance it is on */
  make(leave) {
    return { instance: undefined, killedAt: undefined, timed: false, leave };
  }

  /** @returns {boolean} whether this is the instance that it has always been on */
  saysItIsOn(connection, instance) {
    connection.instance ??= instance;
    this.#open.add(connection);
    return connection.instance === instance;
  }

  /** Its client knows that it has ended. */
  ended(connection) {
    this.#open.delete(connection);
    if (connection.timed) this.#oracle.learned(performance.now() - connection.killedAt);
  }

  isOpen(connection) {
    return this.#open.has(connection);
  }

  /** @returns {Set<string | undefined>} */
  get instances() {
    return new Set([...this.#open].map(({ instance }) => instance));
  }

  /**
   * Everything open on that instance must end, from now on.
   * @param {{ timed: boolean }} how whether it is at this moment that it dies
   * @returns {OpenConnection[]} to look at later
   */
  expectEndOf(instanceId, { timed }) {
    const concerned = [...this.#open].filter(({ instance }) => instance === instanceId);
    for (const connection of concerned) Object.assign(connection, { killedAt: performance.now(), timed });
    return concerned;
  }
}
