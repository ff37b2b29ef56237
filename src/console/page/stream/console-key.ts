import { Api } from './api.js';

const STORED = 'fc-affinity-console-key';
const HEADER = 'x-fc-affinity-console';

/**
 * Exchanges the one-time token in the address for a key for the calls of this tab. There is a token only when the emulator
 * has access keys.
 * @returns the headers of every call
 */
export async function consoleHeaders(root: URL): Promise<Readonly<Record<string, string>>> {
  const [, token] = /^#token=([\w-]+)$/.exec(location.hash) ?? [];
  if (token !== undefined) {
    // A token works only once, so it must not stay in the history of the browser.
    history.replaceState(null, '', location.pathname);
    const plain = new Api({ root, headers: {} });
    const { key } = await plain.post<{ readonly key: string }>('_emulator/v1/console/keys', { token });
    sessionStorage.setItem(STORED, key);
  }
  const key = sessionStorage.getItem(STORED);
  return key === null ? {} : { [HEADER]: key };
}
