import type { ApiClient } from '../../api/create-api-client.js';
import type { Signer } from '../../model/access-key.js';
import { isLoopback } from '../../model/host-rule.js';
import type { ControlPlane } from '../../model/services.js';
import { DEFAULT_ENDPOINT, runningEmulators } from '../discovery.js';

type Env = Readonly<Record<string, string | undefined>>;

/** @returns the control API of the emulator on this machine that serves the URL */
export async function controlBeside(
  url: URL,
  { env, signer }: { readonly env: Env; readonly signer: Signer | undefined },
): Promise<ApiClient | undefined> {
  if (!isHere(url.hostname)) return undefined;
  const { createApiClient } = await import('../../api/create-api-client.js');
  const endpoints = new Set([
    ...(env.FC_AFFINITY_ENDPOINT ? [env.FC_AFFINITY_ENDPOINT] : []),
    ...runningEmulators(env).map(({ endpoint }) => endpoint),
    DEFAULT_ENDPOINT,
  ]);
  for (const endpoint of endpoints) {
    const control = createApiClient({ endpoint, ...signer, timeoutMs: 2000 });
    if (await serves(control, url)) return createApiClient({ endpoint, ...signer });
  }
  return undefined;
}

async function serves(control: ControlPlane, url: URL): Promise<boolean> {
  try {
    const served = await control.functions.list();
    return served.some((one) => one.url !== undefined && isSame(new URL(one.url), url));
  } catch {
    // No emulator answers at this address.
    return false;
  }
}

function isSame(one: URL, other: URL): boolean {
  return one.port === other.port && isHere(one.hostname);
}

function isHere(host: string): boolean {
  return isLoopback(host) || host.endsWith('.localhost');
}
