import type { Route } from '../model/route.js';

/** Of an invocation the function's own headers are not returned (spec §8.4). */
const EVERY_NAME = { has: () => true };
const CONTROL_PATH = 'x-fc-control-path';

/** The route of InvokeFunction, by that of a trigger of the same function and qualifier. */
export function invocationRoute(route: Route): Route {
  const { requestLines } = route;
  return {
    ...route,
    entrance: 'api',
    methods: ['POST'],
    requestLines: requestLines.map((text, at) => (requestLines[at - 1] === CONTROL_PATH ? '/invoke' : text)),
    replyLines: [],
    reservedReplyNames: EVERY_NAME,
    forcesDownload: false,
  };
}
