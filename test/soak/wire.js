// How a request of the soak names its session, and what the head of a reply says.

const COOKIE = 'x-fc-cookie-session-id';

/** @returns {{ cookie?: string }} */
export function headersFor(ticket) {
  return ticket === undefined ? {} : { cookie: `${COOKIE}=${ticket.id}` };
}

/**
 * The target names the session too, so that the request log says which one was meant even where the request came to nothing.
 * @param {string} path with a query
 */
export function targetFor(path, ticket) {
  return ticket === undefined ? path : `${path}&session=${ticket.id}`;
}

/** @returns {string | undefined} the session that a request of this target meant */
export function sessionIn(target) {
  return /[?&]session=([\w-]+)/.exec(target)?.[1];
}

/** @returns {string | undefined} what tells this request from all others */
export function tokenIn(target) {
  return /[?&]token=(\w+)/.exec(target)?.[1];
}

/** @returns {{ instance?: string, token?: string, setCookies: string[] }} */
export function headOf({ headers }) {
  return {
    instance: headers['x-instance'],
    token: headers['x-token'],
    setCookies: (headers['set-cookie'] ?? []).filter((line) => line.startsWith(`${COOKIE}=`)),
  };
}
