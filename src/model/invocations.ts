import type { FcError } from './errors.js';
import type { Exchange, Handle } from './exchange.js';
import type { Route } from './route.js';
import type { FunctionRef } from './services.js';

/** What InvokeFunction uses of the data plane. */
export interface Invocations {
  /** @throws FunctionNotFound, VersionNotFound, AliasNotFound; ServiceUnavailable while the emulator ends */
  routeOf(ref: FunctionRef): Promise<Route>;
  /** Runs the function and gives its answer to the exchange; with `x-fc-invocation-type: Async`, 202 first. */
  readonly serve: Handle;
  /** Answers by an error, and records the request. */
  refuse(exchange: Exchange, refusal: { readonly error: FcError; readonly route: Route }): void;
}
