export const SCREENS = ['map', 'requests', 'sessions', 'walkthrough'] as const;
export type Screen = (typeof SCREENS)[number];

/** The fragment of the address: `#/requests?request=…&session=…`. */
export interface Address {
  readonly screen: Screen;
  /** The function, as `orders@LATEST`; undefined: the first function. */
  readonly on?: string | undefined;
  readonly request?: string | undefined;
  /** The tag of a session. */
  readonly session?: string | undefined;
}

export function readAddress(hash: string): Address {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const params = new URLSearchParams(query);
  return {
    screen: SCREENS.find((screen) => screen === path) ?? 'map',
    on: params.get('on') ?? undefined,
    request: params.get('request') ?? undefined,
    session: params.get('session') ?? undefined,
  };
}

export function writeAddress({ screen, on, request, session }: Address): string {
  const params = new URLSearchParams();
  if (on !== undefined) params.set('on', on);
  if (request !== undefined) params.set('request', request);
  if (session !== undefined) params.set('session', session);
  const query = params.toString();
  return `#/${screen}${query === '' ? '' : `?${query}`}`;
}
