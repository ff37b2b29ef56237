import http from 'node:http';
import { upgradeOptions } from './ignore-upgrade.js';

/** The longest time from the first byte of a head to its end. */
const HEAD_TIMEOUT_MS = 10_000;
const HEAD_TIMEOUT_CHECKED_EVERY_MS = 1000;
const MAX_HEAD_BYTES = 16_384;

/**
 * Node's HTTP server with the limits of every listener. The listener answers a client that breaks one; Node's silent limits are off.
 * @param options what one listener needs beside them
 */
export function createServer(options: http.ServerOptions = {}): http.Server {
  const server = http.createServer({
    maxHeaderSize: MAX_HEAD_BYTES,
    headersTimeout: HEAD_TIMEOUT_MS,
    connectionsCheckingInterval: HEAD_TIMEOUT_CHECKED_EVERY_MS,
    requireHostHeader: false,
    insecureHTTPParser: false,
    ...options,
    ...upgradeOptions,
  });
  // Otherwise Node silently drops the later lines of a long head and still obeys them (CVE-2026-58044).
  server.maxHeadersCount = 0;
  return server;
}
