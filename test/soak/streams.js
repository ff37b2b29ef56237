import { randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import WebSocket from 'ws';
import { HUNG_AFTER_MS } from './hung-after.js';
import { afterMachineTime } from './machine-time.js';
import { headersFor, headOf, targetFor } from './wire.js';

/** Connections that are open for a while: event streams and WebSockets. */
export function streamsOf({ port, oracle, connections }) {
  /** Reads events for a while and leaves; or is told that the instance died. @returns the session that the stream belonged to */
  function stream(ticket, forMs) {
    return new Promise((resolve) => {
      const sentToken = randomBytes(12).toString('hex');
      const sentAt = performance.now();
      if (ticket !== undefined) ticket.inFlight++;
      const connection = connections.make(() => request.destroy());
      let current = oracle.knownUnanswered(ticket);
      let isAnswered = false;
      let isOver = false;
      const end = () => {
        if (isOver) return;
        isOver = true;
        clearTimeout(timer);
        connections.ended(connection);
        if (ticket !== undefined) ended(ticket, { answered: isAnswered });
        resolve(current);
      };
      const path = targetFor(`/sse?token=${sentToken}`, ticket);
      const asked = { port, host: '127.0.0.1', path, headers: headersFor(ticket), agent: false };
      const request = httpRequest(asked, (response) => {
        const head = headOf(response);
        isAnswered = response.statusCode === 200;
        if (isAnswered && oracle.isOwn(head.token, { sentToken }))
          current = oracle.judge(ticket, { ...head, sentAt });
        response.on('data', (chunk) => {
          for (const [, event] of String(chunk).matchAll(/data: ({[^\n]*})\n/g)) {
            const { token, instance } = JSON.parse(event);
            oracle.count('events');
            if (token !== sentToken) oracle.breaks("I3: another stream's event", sentToken);
            if (!connections.saysItIsOn(connection, instance))
              oracle.breaks('I1: a stream changed its instance', sentToken);
          }
        });
        response.on('error', () => {});
        response.on('close', end);
        if (!isAnswered) oracle.failed(`refused stream: ${response.statusCode}`, sentToken);
      });
      request.on('error', end);
      request.end();
      oracle.count('streams');
      const timer = setTimeout(() => {
        // Whose instance was killed is told by that, or is found to hang.
        if (connection.killedAt === undefined) request.destroy();
      }, forMs);
    });
  }

  /** Exchanges messages for a while. */
  function talk(ticket, messages) {
    return new Promise((resolve) => {
      if (ticket !== undefined) ticket.inFlight++;
      const target = targetFor('/ws?', ticket);
      const socket = new WebSocket(`ws://127.0.0.1:${port}${target}`, { headers: headersFor(ticket) });
      const connection = connections.make(() => socket.terminate());
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
        if (connection.instance === undefined) oracle.judgeUpgrade(ticket, { instance, sentAt });
        if (!connections.saysItIsOn(connection, instance))
          oracle.breaks('I1: a WebSocket changed its instance', sent);
        if (--left > 0) say();
        else socket.close();
      });
      const callOff = afterMachineTime(HUNG_AFTER_MS, () => {
        if (connection.killedAt === undefined) oracle.breaks('I19: a WebSocket hung', sent);
        socket.terminate();
      });
      socket.on('error', () => {});
      socket.on('close', () => {
        callOff();
        connections.ended(connection);
        if (ticket !== undefined) ended(ticket, { answered: connection.instance !== undefined });
        resolve(undefined);
      });
    });
  }

  return { stream, talk };
}

/** Of a request without an answer nobody knows whether it was one. */
function ended(ticket, { answered }) {
  ticket.inFlight--;
  if (answered) ticket.usedAt = performance.now();
}
