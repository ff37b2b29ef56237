/**
 * Where a browser opens the console.
 * @param api where the control API listens; the address of all interfaces is no address for a browser
 * @param token in the fragment, which no browser sends and no server logs
 */
export function consoleAddress(api: string, token: string | undefined): string {
  const address = api.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
  return token === undefined ? `${address}/` : `${address}/#token=${token}`;
}
