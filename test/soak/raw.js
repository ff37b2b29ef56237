import { connect } from 'node:net';
import { HUNG_AFTER_MS } from './hung-after.js';
import { afterMachineTime } from './machine-time.js';

/** Bytes as they are, on a connection of their own. */
export function rawOf({ port, oracle }) {
  /** Sends these bytes and goes away after so many bytes of the reply, or after so many of its own. */
  function leaveEarly(bytes, { afterSent = bytes.length, afterReceived }) {
    return new Promise((resolve) => {
      oracle.count('clients gone early');
      const socket = connect({ port, host: '127.0.0.1' });
      let received = 0;
      const callOff = afterMachineTime(HUNG_AFTER_MS, () => socket.destroy());
      socket.on('error', () => {});
      socket.on('close', () => {
        callOff();
        resolve();
      });
      socket.on('data', (chunk) => {
        received += chunk.length;
        if (received >= afterReceived) socket.resetAndDestroy();
      });
      socket.write(bytes.subarray(0, afterSent), () => {
        if (afterSent < bytes.length || afterReceived === 0) socket.resetAndDestroy();
      });
    });
  }

  /**
   * Sends these bytes and listens until the connection is closed.
   * @param {string} text its last request must ask for that
   * @returns {{ answering: Promise<void>, whole: Promise<string> }} the beginning of an answer, or the end without one; and all of it
   */
  function send(text) {
    let answer = () => {};
    const answering = new Promise((resolve) => {
      answer = resolve;
    });
    const whole = new Promise((resolve) => {
      const socket = connect({ port, host: '127.0.0.1' });
      let received = '';
      socket.setEncoding('latin1');
      socket.on('error', () => {});
      socket.on('data', (chunk) => {
        received += chunk;
        answer();
      });
      const callOff = afterMachineTime(HUNG_AFTER_MS, () => {
        oracle.breaks('I19: a connection hung', text.slice(0, 50));
        socket.destroy();
      });
      socket.on('close', () => {
        callOff();
        answer();
        resolve(received);
      });
      socket.write(text, 'latin1');
    });
    return { answering, whole };
  }

  return { leaveEarly, send };
}
