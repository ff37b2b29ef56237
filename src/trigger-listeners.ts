import type { TriggerListener, TriggerPlace } from './functions/trigger-registry.js';
import type { Gateway } from './gateway/gateway.js';
import type { Clock } from './model/clock.js';
import { asFcError, type FcError } from './model/errors.js';
import type { HttpTrigger } from './model/function.js';
import type { Route } from './model/route.js';
import type { Routes } from './routes.js';
import type { TlsOptions } from './system/answer-tls.js';
import type { TriggerPorts } from './trigger-ports.js';

interface TriggerListenersOptions {
  readonly gateway: Gateway;
  readonly ports: TriggerPorts;
  readonly routes: Routes;
  /** Undefined: triggers do not answer TLS. */
  readonly certificate: TlsOptions | undefined;
  readonly processClock: Clock;
}

/** Opens the listeners of HTTP triggers. */
export class TriggerListeners {
  readonly #options: TriggerListenersOptions;

  constructor(options: TriggerListenersOptions) {
    this.#options = options;
  }

  /**
   * @param trigger asked at each request
   * @throws PortInUseError
   */
  async open(trigger: () => HttpTrigger, place: TriggerPlace): Promise<TriggerListener> {
    const { gateway, ports, certificate, processClock } = this.#options;
    const listener = gateway.createListener(() => this.#routeOf(trigger()));
    let closeSilent = (): void => {};
    const closeNow = (): void => {
      closeSilent();
      listener.closeNow();
    };
    try {
      if (certificate !== undefined) {
        const { answerTls } = await import('./system/answer-tls.js');
        closeSilent = answerTls(listener.server, certificate, processClock);
      }
      const url = await ports.listen(listener.server, place);
      return { url, drain: () => listener.drain(), cutOff: () => listener.cutOff(), closeNow };
    } catch (error) {
      closeNow();
      throw error;
    }
  }

  /** @returns the refusal when there is no such function, version or alias any more */
  #routeOf(trigger: HttpTrigger): Route | FcError {
    try {
      return this.#options.routes.of(trigger);
    } catch (error) {
      return asFcError(error);
    }
  }
}
