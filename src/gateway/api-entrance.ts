import { asFcError, type FcError } from '../model/errors.js';
import type { Exchange, Handle } from '../model/exchange.js';
import type { Invocations } from '../model/invocations.js';
import type { Route } from '../model/route.js';
import { refuse } from './failures.js';
import { InFlight } from './in-flight.js';
import { isAsync } from './invoke-async.js';
import type { RequestTrail } from './request-trail.js';

/** Of an invocation the function's own headers are not returned (spec §8.4). */
const EVERY_NAME = { has: () => true };
const CONTROL_PATH = 'x-fc-control-path';

interface ApiEntranceOptions {
  readonly handle: Handle;
  readonly beginTrail: (exchange: Exchange, route: Route) => RequestTrail;
}

/** Serves what the listener of the control plane has accepted for InvokeFunction, as a Listener serves the requests of its trigger. */
export class ApiEntrance implements Pick<Invocations, 'serve' | 'refuse'> {
  readonly #options: ApiEntranceOptions;
  readonly #inFlight: InFlight;

  constructor(options: ApiEntranceOptions) {
    this.#options = options;
    this.#inFlight = new InFlight(options.handle);
  }

  /** Never rejects. Resolves when nothing more can be sent to the client. */
  readonly serve: Handle = async (exchange, triggerRoute) => {
    const route = invocationRoute(triggerRoute);
    this.#inFlight.begin(exchange, route.functionName);
    try {
      if (isAsync(exchange.head)) await this.#inFlight.accept(exchange, route);
      else await this.#options.handle(exchange, route);
    } catch (error) {
      this.#refuse(exchange, asFcError(error), route);
    }
    await exchange.over;
    this.#inFlight.end(exchange);
  };

  /** Answers in the function's place. */
  refuse(exchange: Exchange, { error, route }: { readonly error: FcError; readonly route: Route }): void {
    this.#refuse(exchange, error, invocationRoute(route));
  }

  /** The invocations of a function that are in flight now. */
  of(functionName: string): ReturnType<InFlight['of']> {
    return this.#inFlight.of(functionName);
  }

  /** Resolves when no invocation is left. */
  drain(): Promise<void> {
    return this.#inFlight.none();
  }

  /** Cuts off every invocation in flight. */
  stop(): void {
    this.#inFlight.stop();
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
