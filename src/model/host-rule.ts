/** What a `Host` value is to a listener. */
export type HostVerdict = 'allowed' | 'foreign' | 'malformed';

const HOST = /^(\[[0-9a-f:.]{2,45}\]|[a-z0-9._-]{1,253})(?::(\d{1,5}))?$/;

/** @returns whether only this machine can reach what listens there: `localhost`, `127.0.0.0/8` or `::1` */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

/**
 * The defence against DNS rebinding: a page that points its own name at this machine still sends that name. Names are compared
 * whole, never by suffix; ports do not matter.
 * @param names accepted besides `localhost`, `127.0.0.1` and `[::1]`: the bind address, `--allowed-host`
 * @param isServed asked for `<functionName>.localhost`, in lower case
 */
export function createHostRule(
  names: Iterable<string>,
  isServed: (functionName: string) => boolean = () => false,
): (host: string) => HostVerdict {
  const allowed = new Set(['localhost', '127.0.0.1', '[::1]']);
  for (const name of names) allowed.add(name.toLowerCase());
  return (host) => {
    const [, name, port] = HOST.exec(host.toLowerCase()) ?? [];
    if (name === undefined || Number(port ?? 0) > 65535) return 'malformed';
    const isFunction = name.endsWith('.localhost') && isServed(name.slice(0, -'.localhost'.length));
    return allowed.has(name) || isFunction ? 'allowed' : 'foreign';
  };
}
