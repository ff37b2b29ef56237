import { strategyOf } from './affinity/strategy-of.js';
import type { FunctionRegistry } from './functions/function-registry.js';
import { createRoute } from './gateway/create-route.js';
import type { HttpTrigger, Revision } from './model/function.js';
import type { Route } from './model/route.js';

interface Resolved {
  readonly revision: Revision;
  readonly route: Route;
}

/** Resolves a trigger to its route, anew when the function, or what the qualifier names, has changed. */
export class Routes {
  readonly #registry: FunctionRegistry;
  readonly #resolved = new WeakMap<HttpTrigger, Resolved>();

  constructor(registry: FunctionRegistry) {
    this.#registry = registry;
  }

  /** @throws FunctionNotFound, VersionNotFound, AliasNotFound */
  of(trigger: HttpTrigger): Route {
    const { functionName, qualifier } = trigger;
    const found = this.#registry.find({ functionName });
    const revision = found.revision(qualifier);
    const admission = found.admission(qualifier);
    const resolved = this.#resolved.get(trigger);
    // An alias that is deleted and made again has another runner for the same revision.
    if (resolved?.revision === revision && resolved.route.admission === admission) return resolved.route;
    const { config, versionId } = revision;
    const route = createRoute({ trigger, config, versionId, admission, affinity: strategyOf(config) });
    this.#resolved.set(trigger, { revision, route });
    return route;
  }
}
