import { FcError } from '../../model/errors.js';

export interface Endpoint {
  /** The form for messages: `http://127.0.0.1:9001` */
  readonly origin: string;
  /** Without the brackets of an IPv6 address. */
  readonly hostname: string;
  readonly port: number;
}

/**
 * @param endpoint `http://host:port`, `host:port`, or a URL
 * @throws InvalidArgument for any other text, or another scheme
 */
export function parseEndpoint(endpoint: URL | string): Endpoint {
  const text = String(endpoint);
  const url = asUrl(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`);
  if (url?.protocol !== 'http:' || url.hostname === '') {
    throw new FcError(
      'InvalidArgument',
      `an endpoint is http://host:port or host:port, got ${JSON.stringify(text)}`,
    );
  }
  return {
    origin: url.origin,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 80),
  };
}

function asUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
