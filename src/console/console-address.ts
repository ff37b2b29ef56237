/**
 * @returns the address of the console for a browser
 * @param api the URL of the control API. A browser cannot open the address of all interfaces, so that is replaced.
 * @param token goes into the fragment, which browsers do not send and servers do not log
 */
export function consoleAddress(api: string, token: string | undefined): string {
  const address = api.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
  return token === undefined ? `${address}/` : `${address}/#token=${token}`;
}
