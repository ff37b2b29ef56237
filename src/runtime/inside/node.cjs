'use strict';

// Node.js loads this file before the handler, in every process of an instance (NODE_OPTIONS --require).
// It must cost little and must never make the handler fail.

const { FC_AFFINITY_INSPECT_PORT, FC_AFFINITY_SHIFT_PORT, FC_SERVER_PORT } = process.env;
const from = Number(FC_AFFINITY_SHIFT_PORT);
const to = Number(FC_SERVER_PORT);

if (from > 0 && to > 0 && from !== to) shiftPort();
if (FC_AFFINITY_INSPECT_PORT !== undefined) openInspector(Number(FC_AFFINITY_INSPECT_PORT));

/** Moves a listen on the port of customRuntimeConfig to the port of this instance; every other listen stays as it is. */
function shiftPort() {
  const { Server } = require('node:net');
  const { listen } = Server.prototype;
  let told = false;
  Server.prototype.listen = function (...args) {
    const [first, ...rest] = args;
    const isOptions = typeof first === 'object' && first !== null;
    if (!isTheirs(isOptions ? first.port : first)) return listen.apply(this, args);
    const listening = listen.call(this, isOptions ? { ...first, port: to } : to, ...rest);
    if (!told) tell();
    told = true;
    return listening;
  };
}

/** `listen` takes a port also as text, and an options object may name a path or a handle instead of a port. */
function isTheirs(port) {
  return (typeof port === 'number' || typeof port === 'string') && port !== '' && Number(port) === from;
}

/** Tells the emulator by a line that its log does not show. */
function tell() {
  try {
    require('node:fs').writeSync(2, `fc-affinity: the listen on port ${from} is moved to ${to}\n`);
  } catch {
    // Standard error is closed or full.
  }
}

/** The first process of the instance that is not a package manager gets the port, its children any free one. */
function openInspector(port) {
  if (/\/(npm|npx|yarn|pnpm|corepack)(-cli)?(\.[cm]?js)?$/.test(process.argv[1] ?? '')) return;
  process.env.FC_AFFINITY_INSPECT_PORT = '0';
  try {
    require('node:inspector').open(port, '127.0.0.1');
  } catch {
    // A worker thread, which has no inspector of its own, or --inspect in the command.
  }
}
