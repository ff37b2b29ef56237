import { randomBytes } from 'node:crypto';
import { Agent, request as httpRequest } from 'node:http';
import { HUNG_AFTER_MS } from './hung-after.js';
import { afterMachineTime } from './machine-time.js';
import { headersFor, headOf, targetFor } from './wire.js';

/** The emulator closes a connection after a minute without use. Whoever sends just then loses the request, which is nobody's fault. */
const LONGEST_KEPT_MS = 30_000;

/** Requests with whole replies, on connections that are kept alive. */
export function visitsOf({ port, oracle }) {
  const agent = new Agent({ keepAlive: true, maxSockets: 200, timeout: LONGEST_KEPT_MS });
  /** When connections were last used. @type {WeakMap<import('node:net').Socket, number>} */
  const usedAt = new WeakMap();

  /**
   * A request and its whole reply, judged.
   * @param {{ ms?: number, body?: Buffer, isVictim?: boolean }} how a victim is one that an attack may have prepared a reply for
   * @returns the session that it belongs to, where that is known
   */
  async function visit(ticket, { ms = 0, body, isVictim = false } = {}) {
    const sentToken = randomBytes(12).toString('hex');
    const sentAt = performance.now();
    const unanswered = oracle.knownUnanswered(ticket);
    const path = body === undefined ? `/?token=${sentToken}&ms=${ms}` : `/echo?token=${sentToken}`;
    if (ticket !== undefined) ticket.inFlight++;
    try {
      const reply = await exchange({ path, ticket, body, method: body === undefined ? 'GET' : 'POST' });
      // Who is answered by a refusal that was meant for another has no token to tell it by, but a cause to name.
      if (reply.status !== 200) {
        oracle.failed(`refused: ${reply.status} ${codeOf(reply.body)}`, sentToken);
        return unanswered;
      }
      if (!oracle.isOwn(reply.token, { sentToken, isVictim })) return ticket;
      if (body !== undefined && !reply.body.equals(body)) oracle.breaks('I22: a body was changed', sentToken);
      if (body === undefined && instanceIn(reply.body) !== reply.instance)
        oracle.breaks('I3: head and body of different replies', sentToken);
      return oracle.judge(ticket, { ...reply, sentAt });
    } catch (error) {
      if (error.hung) oracle.breaks('I19: a request hung', path);
      else oracle.failed(`broken off: ${error.code ?? error.message}`, sentToken, error.where);
      return unanswered;
    } finally {
      if (ticket !== undefined) ticket.inFlight--;
    }
  }

  function exchange({ path, method, ticket, body }) {
    return new Promise((resolve, reject) => {
      const asked = { port, host: '127.0.0.1', path: targetFor(path, ticket), method, agent };
      const request = httpRequest({ ...asked, headers: headersFor(ticket) }, (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          callOff();
          usedAt.set(request.socket, performance.now());
          resolve({ status: response.statusCode, ...headOf(response), body: Buffer.concat(chunks) });
        });
      });
      const callOff = afterMachineTime(HUNG_AFTER_MS, () => {
        reject(Object.assign(new Error('hung'), { hung: true }));
        request.destroy();
      });
      request.on('error', (error) => {
        callOff();
        const used = usedAt.get(request.socket);
        const where =
          used === undefined ? 'on a new connection' : `last used ${performance.now() - used} ms ago`;
        reject(Object.assign(error, { where }));
      });
      request.end(body);
    });
  }

  return { visit, close: () => agent.destroy() };
}

function instanceIn(body) {
  return parsed(body).instance;
}

function codeOf(body) {
  return parsed(body).Code ?? '';
}

function parsed(body) {
  try {
    return JSON.parse(String(body));
  } catch {
    return {};
  }
}
