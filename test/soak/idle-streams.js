import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { privateEnvironment, startServe } from '../bench/program.js';
import { HANDLER } from './churn.js';
import { descriptorsOf, residentBytes } from './processes.js';

const AT_ONCE = 50;
const FD_SLACK = 5;
const IDLE = 'GET /sse?token=x&every=600000 HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n';

/**
 * So many clients that read an event stream on which little happens, and leave all at once.
 * @returns what a stream takes of the gateway's memory (G8), and which descriptors it keeps 2 s later (G7)
 */
export async function idleStreams(count) {
  const { env, folder, remove } = privateEnvironment();
  const args = ['--sessions-per-instance', '200', '--max-instances', '60', '--timeout', '600'];
  const serve = await startServe([...args, '--', process.execPath, HANDLER], { env, folder });
  const { port } = new URL(serve.url);
  try {
    // The first crowd starts the instances and brings the heap to its size.
    await leave(await crowd(port, count));
    await wait(2000);
    const base = { descriptors: descriptorsOf(serve.pid), resident: residentBytes(serve.pid) };
    const sockets = await crowd(port, count);
    const open = { descriptors: descriptorsOf(serve.pid), resident: residentBytes(serve.pid) };
    await leave(sockets);
    await wait(2000);
    const after = { descriptors: descriptorsOf(serve.pid), resident: residentBytes(serve.pid) };
    const broken = after.descriptors > base.descriptors + FD_SLACK;
    return {
      streams: count,
      kiBForEachStream: Math.round(((open.resident - base.resident) / count / 1024) * 10) / 10,
      descriptors: { base: base.descriptors, open: open.descriptors, after: after.descriptors },
      broken: broken ? { 'G7: descriptors are left after the clients': { count: 1, examples: [] } } : {},
    };
  } finally {
    await serve.stop();
    remove();
  }
}

async function crowd(port, count) {
  const sockets = [];
  while (sockets.length < count)
    sockets.push(
      ...(await Promise.all(
        Array.from({ length: Math.min(AT_ONCE, count - sockets.length) }, () => openOne(port)),
      )),
    );
  return sockets;
}

/** @returns when the first event is there */
function openOne(port) {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: Number(port), host: '127.0.0.1' });
    let text = '';
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      text += chunk;
      if (text.includes('data: ')) resolve(socket);
      else if (!text.startsWith('HTTP/1.1 200')) reject(new Error(`a stream was answered by ${text}`));
    });
    socket.write(IDLE);
  });
}

async function leave(sockets) {
  for (const socket of sockets) socket.destroy();
}
