import http from 'node:http';
import { upgradeOptions } from '../system/ignore-upgrade.js';

/** The longest time from the first byte of a head to its end. */
const HEAD_TIMEOUT_MS = 10_000;
const HEAD_TIMEOUT_CHECKED_EVERY_MS = 1000;
const MAX_HEAD_BYTES = 16_384;
const IDLE_CONNECTION_MS = 60_000;
const DEAD_PEER_MS = 30_000;

/** Node's HTTP server with the limits of the gateway. Each limit answers the client; Node's silent limits are off. */
export function createServer(): http.Server {
  const server = http.createServer({
    maxHeaderSize: MAX_HEAD_BYTES,
    headersTimeout: HEAD_TIMEOUT_MS,
    connectionsCheckingInterval: HEAD_TIMEOUT_CHECKED_EVERY_MS,
    // The function's timeout ends a request.
    requestTimeout: 0,
    keepAliveTimeout: IDLE_CONNECTION_MS,
    requireHostHeader: false,
    insecureHTTPParser: false,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: DEAD_PEER_MS,
    ...upgradeOptions,
  });
  // Otherwise Node silently drops the later lines of a long head and still obeys them (CVE-2026-58044).
  server.maxHeadersCount = 0;
  // A client that ends its writing side still receives its reply (F-12). Node has this option but does not declare it.
  Object.assign(server, { httpAllowHalfOpen: true });
  return server;
}
