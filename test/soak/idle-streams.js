import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { privateEnvironment, startServe } from '../bench/program.js';
import { HANDLER } from './churn.js';
import { descriptorsOf, residentBytes } from './processes.js';

const AT_ONCE = 50;
const FD_SLACK = 5;
const GOAL_KIB = 40;
const IDLE = 'GET /sse?token=x&every=600000 HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n';

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
    const start = residentBytes(serve.pid);
    // The first crowd starts the instances and brings the program to its size, the second comes beside it, the third with sessions
    // that are known.
    const first = await crowd(port, Array(count).fill(undefined));
    const grown = residentBytes(serve.pid);
    const second = await crowd(port, Array(count).fill(undefined));
    const full = residentBytes(serve.pid);
    leave([...first, ...second]);
    await wait(2000);
    const base = { descriptors: descriptorsOf(serve.pid), resident: residentBytes(serve.pid) };
    const third = await crowd(
      port,
      first.map(({ cookie }) => cookie),
    );
    const open = { descriptors: descriptorsOf(serve.pid), resident: residentBytes(serve.pid) };
    leave(third);
    await wait(2000);
    const after = descriptorsOf(serve.pid);
    const broken = after > base.descriptors + FD_SLACK;
    return {
      streams: count,
      kiBForEachStream: {
        goal: GOAL_KIB,
        firstWithTheProgram: kib((grown - start) / count),
        asManyMore: kib((full - grown) / count),
        again: kib((open.resident - base.resident) / count),
      },
      descriptors: { base: base.descriptors, open: open.descriptors, after },
      broken: broken ? { 'G7: descriptors are left after the clients': { count: 1, examples: [] } } : {},
    };
  } finally {
    await serve.stop();
    remove();
  }
}

/** @param {readonly (string | undefined)[]} cookies one for each that comes */
async function crowd(port, cookies) {
  const streams = [];
  for (let at = 0; at < cookies.length; at += AT_ONCE) {
    const some = cookies.slice(at, at + AT_ONCE);
    streams.push(...(await Promise.all(some.map((cookie) => openOne(port, cookie)))));
  }
  return streams;
}

/** @returns when the first event is there */
function openOne(port, known) {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: Number(port), host: '127.0.0.1' });
    let text = '';
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      text += chunk;
      const [, newCookie] = /^set-cookie: ([^;\r]+)/im.exec(text) ?? [];
      if (text.includes('data: ')) resolve({ socket, cookie: newCookie ?? known });
      else if (!text.startsWith('HTTP/1.1 200')) reject(new Error(`a stream was answered by ${text}`));
    });
    const cookie = known === undefined ? '' : `Cookie: ${known}\r\n`;
    socket.write(`${IDLE}${cookie}\r\n`);
  });
}

function leave(streams) {
  for (const { socket } of streams) socket.destroy();
}

function kib(bytes) {
  return Math.round((bytes / 1024) * 10) / 10;
}
