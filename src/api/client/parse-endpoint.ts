import { FcError } from '../../model/errors.js';

export interface Endpoint {
  /** The form for messages: `http://127.0.0.1:9001` */
  readonly origin: string;
  readonly isSecure: boolean;
  /** The value of `Host`: with the port, unless it is the scheme's own. */
  readonly host: string;
  /** Without the brackets of an IPv6 address. */
  readonly hostname: string;
  readonly port: number;
}

/**
 * @param endpoint `http://host:port`, `https://host`, `host:port`, or a URL
 * @throws InvalidArgument for any other text, or another scheme
 */
export function parseEndpoint(endpoint: URL | string): Endpoint {
  const text = String(endpoint);
  const url = asUrl(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`);
  const isSecure = url?.protocol === 'https:';
  if (url === undefined || (url.protocol !== 'http:' && !isSecure) || url.hostname === '') {
    throw new FcError(
      'InvalidArgument',
      `an endpoint is http://host:port, https://host or host:port, got ${JSON.stringify(text)}`,
    );
  }
  return {
    origin: url.origin,
    isSecure,
    host: url.host,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || (isSecure ? 443 : 80)),
  };
}

function asUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
