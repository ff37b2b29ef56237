import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface SlowClient {
  readonly closedAt: Promise<number>;
  leave(): void;
}

/** Sends a byte now and then. */
export function slowClient(port: number, bytes: string): SlowClient {
  const socket: Socket = connect(port, '127.0.0.1').on('error', () => {});
  onTestFinished(() => void socket.destroy());
  let at = 0;
  const dribble = setInterval(() => {
    if (at < bytes.length && socket.writable) socket.write(bytes[at++] ?? '');
  }, 50);
  socket.resume();
  const closedAt = new Promise<number>((resolve) => {
    socket.once('close', () => {
      clearInterval(dribble);
      resolve(performance.now());
    });
  });
  return { closedAt, leave: () => void socket.destroy() };
}
