import { randomBytes } from 'node:crypto';
import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import WebSocket from 'ws';

const COOKIE = 'x-fc-cookie-session-id';
const HUNG_AFTER_MS = 20_000;

/** Ways to use a function, each telling the oracle what came of it. */
export function clientOf({ url, oracle }) {
  const { port } = new URL(url);
  const agent = new Agent({ keepAlive: true, maxSockets: 200 });
  /** Streams and sockets that are open: their instance, and how to see them end. */
  const open = new Set();

  /** A request and its whole reply, judged. @returns the session that it belongs to */
  async function visit(ticket, { ms = 0, body } = {}) {
    const sentToken = randomBytes(12).toString('hex');
    const sentAt = performance.now();
    const path = body === undefined ? `/?token=${sentToken}&ms=${ms}` : `/echo?token=${sentToken}`;
    if (ticket !== undefined) ticket.inFlight++;
    try {
      const reply = await exchange({ path, ticket, body, method: body === undefined ? 'GET' : 'POST' });
      if (reply.status !== 200) {
        oracle.failed(`refused: ${reply.status} ${reply.code}`, sentAt);
        return ticket;
      }
      if (body !== undefined && !reply.body.equals(body)) oracle.breaks('I22: a body was changed', sentToken);
      if (body === undefined && JSON.parse(String(reply.body)).instance !== reply.instance)
        oracle.breaks('I3: head and body of different replies', sentToken);
      return oracle.judge(ticket, { ...reply, sentToken, sentAt });
    } catch (error) {
      if (error.hung) oracle.breaks('I19: a request hung', path);
      else oracle.failed(`broken off: ${error.code ?? error.message}`, sentAt);
      return ticket;
    } finally {
      if (ticket !== undefined) ticket.inFlight--;
    }
  }

  function exchange({ path, method, ticket, body }) {
    return new Promise((resolve, reject) => {
      const headers = ticket === undefined ? {} : { cookie: `${COOKIE}=${ticket.id}` };
      const request = httpRequest({ port, host: '127.0.0.1', path, method, headers, agent }, (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          clearTimeout(timer);
          const whole = Buffer.concat(chunks);
          resolve({
            status: response.statusCode,
            code: response.statusCode === 200 ? undefined : codeOf(whole),
            ...headOf(response),
            body: whole,
          });
        });
      });
      const timer = setTimeout(() => {
        reject(Object.assign(new Error('hung'), { hung: true }));
        request.destroy();
      }, HUNG_AFTER_MS);
      request.on('error', (error) => {
        clearTimeout(timer);
        reject(error);
      });
      request.end(body);
    });
  }

  /** Reads events for a while and leaves; or is told that the instance died. @returns the session that the stream belonged to */
  function stream(ticket, forMs) {
    return new Promise((resolve) => {
      const sentToken = randomBytes(12).toString('hex');
      const sentAt = performance.now();
      const headers = ticket === undefined ? {} : { cookie: `${COOKIE}=${ticket.id}` };
      if (ticket !== undefined) ticket.inFlight++;
      const path = `/sse?token=${sentToken}`;
      const entry = { instance: undefined, killedAt: undefined, timed: false };
      let current = ticket;
      let isAnswered = false;
      let isOver = false;
      const end = () => {
        if (isOver) return;
        isOver = true;
        clearTimeout(timer);
        open.delete(entry);
        if (entry.timed) oracle.learned(performance.now() - entry.killedAt);
        if (ticket !== undefined) ended(ticket, { answered: isAnswered });
        resolve(current);
      };
      const request = httpRequest({ port, host: '127.0.0.1', path, headers, agent: false }, (response) => {
        isAnswered = response.statusCode === 200;
        if (isAnswered) current = oracle.judge(ticket, { ...headOf(response), sentToken, sentAt });
        response.on('data', (chunk) => {
          for (const [, event] of String(chunk).matchAll(/data: ({[^\n]*})\n/g)) {
            const { token, instance } = JSON.parse(event);
            oracle.count('events');
            if (token !== sentToken) oracle.breaks("I3: another stream's event", sentToken);
            entry.instance ??= instance;
            if (instance !== entry.instance) oracle.breaks('I1: a stream changed its instance', sentToken);
            open.add(entry);
          }
        });
        response.on('error', () => {});
        response.on('close', end);
        if (response.statusCode !== 200) oracle.failed(`refused stream: ${response.statusCode}`, sentAt);
      });
      request.on('error', end);
      request.end();
      oracle.count('streams');
      const timer = setTimeout(() => {
        // Who was killed must have ended the stream by now; the runner looks at that.
        if (entry.killedAt === undefined) request.destroy();
      }, forMs);
    });
  }

  /** Exchanges messages for a while. */
  function talk(ticket, messages) {
    return new Promise((resolve) => {
      const headers = ticket === undefined ? {} : { cookie: `${COOKIE}=${ticket.id}` };
      if (ticket !== undefined) ticket.inFlight++;
      const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, { headers });
      const entry = { instance: undefined, killedAt: undefined, timed: false };
      const sentAt = performance.now();
      let left = messages;
      let sent = '';
      const say = () => {
        sent = randomBytes(12).toString('hex');
        socket.send(sent);
      };
      oracle.count('WebSockets');
      socket.on('open', say);
      socket.on('message', (data) => {
        const { token, instance } = JSON.parse(String(data));
        oracle.count('messages');
        if (token !== sent) oracle.breaks("I3: another socket's message", `${sent} got ${token}`);
        if (entry.instance === undefined) oracle.judgeUpgrade(ticket, { instance, sentAt });
        entry.instance ??= instance;
        open.add(entry);
        if (instance !== entry.instance) oracle.breaks('I1: a WebSocket changed its instance', sent);
        if (--left > 0) say();
        else socket.close();
      });
      const timer = setTimeout(() => {
        if (entry.killedAt === undefined) oracle.breaks('I19: a WebSocket hung', sent);
        socket.terminate();
      }, HUNG_AFTER_MS);
      socket.on('error', () => {});
      socket.on('close', () => {
        clearTimeout(timer);
        open.delete(entry);
        if (entry.timed) oracle.learned(performance.now() - entry.killedAt);
        if (ticket !== undefined) ended(ticket, { answered: entry.instance !== undefined });
        resolve(undefined);
      });
    });
  }

  /** Sends these bytes and goes away after so many bytes of the reply, or after so many of its own. */
  function leaveEarly(bytes, { afterSent = bytes.length, afterReceived }) {
    return new Promise((resolve) => {
      oracle.count('clients gone early');
      const socket = connect({ port, host: '127.0.0.1' });
      let received = 0;
      socket.on('error', () => {});
      socket.on('close', resolve);
      socket.on('data', (chunk) => {
        received += chunk.length;
        if (received >= afterReceived) socket.resetAndDestroy();
      });
      socket.write(bytes.subarray(0, afterSent), () => {
        if (afterSent < bytes.length || afterReceived === 0) socket.resetAndDestroy();
      });
      socket.setTimeout(HUNG_AFTER_MS, () => socket.destroy());
    });
  }

  return {
    visit,
    stream,
    talk,
    leaveEarly,
    /**
     * Everything open on that instance is now expected to end.
     * @param {{ timed: boolean }} how whether it is at this moment that it dies
     * @returns entries to look at later
     */
    expectEndOf(instanceId, { timed }) {
      const concerned = [...open].filter(({ instance }) => instance === instanceId);
      for (const entry of concerned) Object.assign(entry, { killedAt: performance.now(), timed });
      return concerned;
    },
    isOpen: (entry) => open.has(entry),
    close: () => agent.destroy(),
  };
}

/** Of a request without an answer nobody knows whether it was one. */
function ended(ticket, { answered }) {
  ticket.inFlight--;
  ticket[answered ? 'usedAt' : 'touchedAt'] = performance.now();
}

function headOf({ headers }) {
  return {
    instance: headers['x-instance'],
    token: headers['x-token'],
    planted: (headers['set-cookie'] ?? []).filter((line) => line.startsWith(`${COOKIE}=`)),
  };
}

function codeOf(body) {
  try {
    return JSON.parse(String(body)).Code;
  } catch {
    return '';
  }
}
