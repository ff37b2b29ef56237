import type { ListeningTrigger } from './emulator-options.js';
import type { Gateway } from './gateway/gateway.js';
import type { Listener } from './gateway/listener.js';
import type { HttpTrigger } from './model/function.js';
import type { Route } from './model/route.js';
import { checkUnlike } from './model/trigger-config.js';
import type { TriggerPorts } from './trigger-ports.js';

interface TriggerListenersOptions {
  readonly gateway: Gateway;
  readonly ports: TriggerPorts;
  /** Asked at each request. Undefined when the function takes no more requests. */
  readonly routeOf: (trigger: HttpTrigger) => Route | undefined;
}

interface OpenTrigger {
  readonly trigger: HttpTrigger;
  readonly listener: Listener;
  readonly url: string;
}

/** The HTTP triggers of one function, each with a listener and a port of its own. */
export class TriggerListeners {
  readonly #options: TriggerListenersOptions;
  readonly #open = new Map<string, OpenTrigger>();

  constructor(options: TriggerListenersOptions) {
    this.#options = options;
  }

  /** In the order in which they were opened. */
  get listening(): ListeningTrigger[] {
    return [...this.#open.values()].map(({ trigger: { triggerName, qualifier }, url }) => ({
      triggerName,
      qualifier,
      url,
    }));
  }

  /**
   * Lets a trigger listen.
   * @param port see TriggerPorts
   * @returns its URL
   * @throws TriggerAlreadyExists, PortInUseError
   */
  async open(trigger: HttpTrigger, port?: number): Promise<string> {
    const { gateway, ports, routeOf } = this.#options;
    checkUnlike(
      trigger,
      [...this.#open.values()].map((one) => one.trigger),
    );
    const listener = gateway.createListener(() => routeOf(trigger));
    try {
      const url = await ports.listen(listener.server, port);
      this.#open.set(trigger.triggerName, { trigger, listener, url });
      return url;
    } catch (error) {
      listener.closeNow();
      throw error;
    }
  }

  /** Accepts no more connections; resolves when no request is left. */
  async drain(): Promise<void> {
    await Promise.all([...this.#open.values()].map(({ listener }) => listener.drain()));
  }

  /** Accepts no more connections and destroys the open ones. */
  closeNow(): void {
    for (const { listener } of this.#open.values()) listener.closeNow();
  }
}
