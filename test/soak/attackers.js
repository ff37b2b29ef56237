import { randomBytes } from 'node:crypto';
import { attacksOn } from './attacks.js';
import { headersFor, targetFor } from './wire.js';

/**
 * Attackers on a session of theirs, and those who use the same instance, and so the gateway's connections to it, at the same time and
 * right after: whatever an attack leaves on such a connection, they would be given.
 */
export class Attackers {
  #client;
  #oracle;
  /** @type {import('./ticket.js').Ticket | undefined} */
  #ticket;

  constructor({ client, oracle }) {
    this.#client = client;
    this.#oracle = oracle;
  }

  /** One round of every attack. */
  async attack() {
    if (this.#ticket === undefined || this.#oracle.mayHaveEnded(this.#ticket))
      this.#ticket = await this.#client.visit(undefined);
    const ticket = this.#ticket;
    if (ticket === undefined) return;
    const lines = `Cookie: ${headersFor(ticket).cookie}\r\n`;
    await Promise.all(
      attacksOn(targetFor('/?token=', ticket), lines).map((bytes) => this.#one({ bytes, lines, ticket })),
    );
  }

  async #one({ bytes, lines, ticket }) {
    this.#oracle.count('attacks');
    const sentToken = randomBytes(12).toString('hex');
    const target = targetFor(`/?token=${sentToken}`, ticket);
    const behind = `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\n${lines}Connection: close\r\n\r\n`;
    const { answering, whole } = this.#client.send(`${bytes}${behind}`);
    const besides = this.#victim(ticket);
    await answering;
    // Some attacks are answered only when the gateway has lost its patience. Of several who open the session anew at once, the one who
    // is told of it may not be the first to be answered.
    const after = this.#oracle.mayHaveEnded(ticket) ? undefined : this.#victim(ticket);
    await Promise.all([besides, after]);
    this.#judge(await whole, sentToken);
  }

  async #victim(ticket) {
    await this.#client.visit(ticket, { isVictim: true });
  }

  /** On the attacker's own connection: the attack may be answered, and whoever stands behind it. */
  #judge(replies, sentToken) {
    for (const [, token] of replies.matchAll(/^x-token: (.*?)\r$/gim))
      if (token !== '') this.#oracle.isOwn(token, { sentToken, isVictim: true });
  }
}
