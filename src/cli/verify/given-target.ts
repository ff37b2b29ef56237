import type { ConnectionOptions } from '../../api/client/control-connection.js';
import type { Signer } from '../../model/access-key.js';
import { isLoopback } from '../../model/host-rule.js';
import type { TargetApi, VerifyTarget } from '../../verify/target.js';
import type { Context } from '../context.js';
import { asUsage, UsageError } from '../errors.js';
import { signerOf } from '../options/access-key.js';
import { controlBeside } from './control-beside.js';

interface TargetValues {
  readonly target: string | undefined;
  readonly api: string | undefined;
  readonly function: string | undefined;
  readonly qualifier: string | undefined;
  readonly sessionsPerInstance: number | undefined;
  readonly ttl: number | undefined;
  readonly headerName: string | undefined;
  readonly accessKeyId?: string | undefined;
  readonly accessKeySecret?: string | undefined;
}

/**
 * @returns the target of the options. No requests go to another host.
 * @throws UsageError, UnreachableError
 */
export async function givenTarget(values: TargetValues, { env }: Context): Promise<VerifyTarget> {
  const { parseTargetUrl } = await import('../../verify/target.js');
  const url = asUsage(() => parseTargetUrl(values.target ?? ''));
  const signer = signerOf(values, env);
  const control =
    values.api === undefined
      ? await controlBeside(url, { env, signer })
      : await controlAt(values.api, values.function, signer);
  return {
    url: url.href,
    ...(control !== undefined && { control }),
    ...(values.function !== undefined && { functionName: values.function }),
    ...(values.qualifier !== undefined && { qualifier: values.qualifier }),
    ...(values.sessionsPerInstance !== undefined && { sessionsPerInstance: values.sessionsPerInstance }),
    ...(values.ttl !== undefined && { sessionTTLInSeconds: values.ttl }),
    ...(values.headerName !== undefined && { headerName: values.headerName }),
  };
}

/** The control API of an emulator or of Function Compute. On another machine it must use HTTPS, and every request is signed. */
async function controlAt(
  api: string,
  functionName: string | undefined,
  signer: Signer | undefined,
): Promise<TargetApi> {
  const { parseEndpoint } = await import('../../api/client/parse-endpoint.js');
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(api);
  const named = asUsage(() => parseEndpoint(api));
  const isHere = isLoopback(named.hostname);
  const { origin } = hasScheme || isHere ? named : asUsage(() => parseEndpoint(`https://${api}`));
  if (!isHere && signer === undefined) {
    throw new UsageError(`--api ${api} is not on this machine: its requests need a signature`, {
      fix: 'set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET',
    });
  }
  const options: ConnectionOptions = { endpoint: origin, ...signer };
  if (await isEmulator(origin)) {
    const { createApiClient } = await import('../../api/create-api-client.js');
    return asUsage(() => createApiClient(options));
  }
  if (functionName === undefined) {
    throw new UsageError(`--api ${api} is not an emulator: name the function to check`, {
      fix: 'add --function <name>',
    });
  }
  const { createCloudClient } = await import('../../api/create-cloud-client.js');
  return asUsage(() => createCloudClient(options));
}

/** Tests for an emulator by its health path, which needs no signature. @throws UnreachableError */
async function isEmulator(origin: string): Promise<boolean> {
  const [{ roundTrip }, { MovableClock }] = await Promise.all([
    import('../../verify/round-trip.js'),
    import('../../model/clock.js'),
  ]);
  const url = new URL('/_emulator/v1/health', origin);
  const { body } = await roundTrip({ url, headers: {}, clock: new MovableClock() });
  try {
    return typeof JSON.parse(body)?.pid === 'number';
  } catch {
    return false;
  }
}
