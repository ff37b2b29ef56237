import { randomBytes, randomInt } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { headersFor, targetFor } from './wire.js';

/**
 * One client's life: a session, some visits of several kinds, and another session.
 * @param {{ functionName: string, idleMs: number }} served
 */
export async function useFor({ client, oracle, control, tickets, isOver, functionName, idleMs }) {
  while (!isOver()) {
    /** @type {import('./ticket.js').Ticket | undefined} */
    let ticket;
    for (let left = randomInt(3, 30); left > 0 && !isOver(); left--) {
      const before = ticket;
      const dice = randomInt(100);
      if (ticket === undefined || dice < 55) ticket = await client.visit(ticket, { ms: randomInt(0, 20) });
      else if (dice < 65) ticket = await client.visit(ticket, { body: randomBytes(randomInt(0, 200_000)) });
      else if (dice < 96 && (dice < 75 || dice >= 82) && oracle.mayHaveEnded(ticket)) ticket = undefined;
      else if (dice < 75) {
        const same = ticket;
        const [first] = await Promise.all([1, 2, 3].map(() => client.visit(same, { ms: randomInt(0, 20) })));
        // Three at once may each have opened it anew; the last one to know is as good as any.
        ticket = first === same ? same : undefined;
      } else if (dice < 82) ticket = await client.stream(ticket, randomInt(50, 2000));
      else if (dice < 88) await client.talk(ticket, randomInt(1, 30));
      else if (dice < 96) await leave(client, ticket);
      else if (dice < 98) await wait(randomInt(0, idleMs * 1.5));
      else await agrees({ control, oracle, ticket, functionName });
      if (ticket !== before) {
        if (before !== undefined) tickets.delete(before);
        if (ticket !== undefined) tickets.add(ticket);
      }
      await wait(randomInt(0, 30));
    }
    if (ticket !== undefined) tickets.delete(ticket);
  }
}

/** A client that never rests and keeps its session: nothing but the TTL ends that. */
export async function stay({ client, isOver }) {
  /** @type {import('./ticket.js').Ticket | undefined} */
  let ticket;
  while (!isOver()) {
    ticket = await client.visit(ticket);
    await wait(randomInt(0, 100));
  }
}

/** Goes away in the middle of a request, or of its reply. */
async function leave(client, ticket) {
  const host = `Host: 127.0.0.1\r\nCookie: ${headersFor(ticket).cookie}\r\n`;
  ticket.inFlight++;
  if (randomInt(2) === 0) {
    const size = 100_000;
    const head = `POST ${targetFor('/echo?token=x', ticket)} HTTP/1.1\r\n${host}Content-Length: ${size}\r\n\r\n`;
    const bytes = Buffer.concat([Buffer.from(head), Buffer.alloc(size)]);
    await client.leaveEarly(bytes, { afterSent: randomInt(1, bytes.length) });
  } else {
    const bytes = Buffer.from(`GET ${targetFor('/big?bytes=500000', ticket)} HTTP/1.1\r\n${host}\r\n`);
    await client.leaveEarly(bytes, { afterReceived: randomInt(0, 500_000) });
  }
  ticket.inFlight--;
}

/** The control plane must name the instance that answered. */
async function agrees({ control, oracle, ticket, functionName }) {
  const { instance } = ticket;
  try {
    const { containerId, sessionStatus } = await control.sessions.get({ functionName, sessionId: ticket.id });
    if (containerId === instance || ticket.instance !== instance || sessionStatus !== 'Active') return;
    if (!oracle.isKilled(instance))
      oracle.breaks('I1: the API names another instance', `${ticket.id}: ${containerId}, not ${instance}`);
  } catch (error) {
    if (error.code !== 'SessionNotFound') oracle.breaks('I16: GetSession failed', String(error.message));
    else if (!oracle.mayHaveEnded(ticket) && ticket.instance === instance)
      oracle.breaks('I15: a session on record was not found', ticket.id);
  }
}
