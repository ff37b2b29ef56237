import { UsageError } from './usage-error.js';

/** @throws UsageError for an address that others could reach: control requests would have to be signed (quality T1) */
export function checkLoopback(host: string): void {
  if (host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)) return;
  throw new UsageError(
    `--host ${JSON.stringify(host)} is not a loopback address: others could reach it, and signed requests are not there yet`,
    { fix: '--host 127.0.0.1' },
  );
}
