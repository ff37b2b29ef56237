import http from 'node:http';
import { upgradeOptions } from '../system/ignore-upgrade.js';

/** Until the head of a request is there. */
const HEAD_TIMEOUT_MS = 10_000;
const HEAD_TIMEOUT_CHECKED_EVERY_MS = 1000;
const MAX_HEAD_BYTES = 16_384;
const IDLE_CONNECTION_MS = 60_000;
const DEAD_PEER_MS = 30_000;

/** Node's server, with its limits where they must be and none of its silent ones. */
export function createServer(): http.Server {
  const server = http.createServer({
    maxHeaderSize: MAX_HEAD_BYTES,
    headersTimeout: HEAD_TIMEOUT_MS,
    connectionsCheckingInterval: HEAD_TIMEOUT_CHECKED_EVERY_MS,
    // A stream may last; it is the function's timeout that ends it.
    requestTimeout: 0,
    keepAliveTimeout: IDLE_CONNECTION_MS,
    requireHostHeader: false,
    insecureHTTPParser: false,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: DEAD_PEER_MS,
    ...upgradeOptions,
  });
  // Node would silently leave out the later lines of a long head and still obey them (CVE-2026-58044).
  server.maxHeadersCount = 0;
  // A client that has said all it has to say still gets its answer (F-12); Node has this switch but does not declare it.
  Object.assign(server, { httpAllowHalfOpen: true });
  return server;
}
