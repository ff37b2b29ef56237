import { asFcError, type FcError } from '../model/errors.js';
import type { Exchange, Handle } from '../model/exchange.js';
import type { Invocations } from '../model/invocations.js';
import type { Route } from '../model/route.js';
import { refuse } from './failures.js';
import { InFlight } from './in-flight.js';
import { isAsync } from './invoke-async.js';
import type { RequestTrail } from './request-trail.js';

/** The reply of InvokeFunction contains none of the function's own headers (spec §8.4). */
const EVERY_NAME = { has: () => true };
const CONTROL_PATH = 'x-fc-control-path';

interface ApiEntranceOptions {
  readonly handle: Handle;
  readonly beginTrail: (exchange: Exchange, route: Route) => RequestTrail;
}

/** Serves the InvokeFunction requests that the control plane has accepted, as a Listener serves the requests of its trigger. */
export class ApiEntrance implements Pick<Invocations, 'serve' | 'refuse'> {
  readonly #options: ApiEntranceOptions;
  readonly #byFunction = new Map<string, InFlight>();

  constructor(options: ApiEntranceOptions) {
    this.#options = options;
  }

  /** Never rejects. Resolves when nothing more can be sent to the client. */
  readonly serve: Handle = async (exchange, triggerRoute) => {
    const route = invocationRoute(triggerRoute);
    const inFlight = this.#inFlight(route.functionName);
    inFlight.begin(exchange);
    try {
      if (isAsync(exchange.head)) await inFlight.accept(exchange, route);
      else await this.#options.handle(exchange, route);
    } catch (error) {
      this.#refuse(exchange, asFcError(error), route);
    }
    await exchange.over;
    inFlight.end(exchange);
  };

  /** Answers in the function's place. */
  refuse(exchange: Exchange, { error, route }: { readonly error: FcError; readonly route: Route }): void {
    this.#refuse(exchange, error, invocationRoute(route));
  }

  /** The invocations of a function that are in flight now. A later function of the same name has its own. */
  of(functionName: string): ReturnType<InFlight['now']> {
    return this.#inFlight(functionName).now();
  }

  /** Resolves when no invocation is left. */
  async drain(): Promise<void> {
    await Promise.all([...this.#byFunction.values()].map((each) => each.none()));
  }

  /** Ends every invocation in flight. */
  stop(): void {
    for (const each of this.#byFunction.values()) each.stop();
  }

  #inFlight(functionName: string): InFlight {
    const known = this.#byFunction.get(functionName);
    if (known !== undefined) return known;
    const made = new InFlight(this.#options.handle);
    this.#byFunction.set(functionName, made);
    return made;
  }

  #refuse(exchange: Exchange, error: FcError, route: Route): void {
    const trail = this.#options.beginTrail(exchange, route);
    trail.refused(error, refuse(exchange, error));
    trail.end();
  }
}

/** The route of InvokeFunction, by that of a trigger of the same function and qualifier. */
function invocationRoute(route: Route): Route {
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
