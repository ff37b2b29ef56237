import { type Clock, hostNow } from '../model/clock.js';
import type { ConsoleEvent, ConsoleEventBody, FunctionState, SessionState } from '../model/console-events.js';
import type { EmulatorEvent, EventBody } from '../model/events.js';
import { instanceState } from '../model/instance-state.js';
import type { LiveState } from '../model/live-state.js';
import type { ClockState } from '../model/services.js';
import { BeginSampler } from './begin-sampler.js';

const LONGEST_TARGET = 256;

type Of<Type extends EventBody['type']> = Extract<EventBody, { readonly type: Type }>;

/** Turns events of the emulator into events for the console. */
export class ConsoleEvents {
  readonly #live: LiveState;
  readonly #sampler: BeginSampler;

  /** @param clock the process clock */
  constructor(live: LiveState, clock: Clock) {
    this.#live = live;
    this.#sampler = new BeginSampler(clock);
  }

  /** @param event an event of this moment: the current state is read with it @returns no event when the console does not need it */
  of(event: EmulatorEvent): ConsoleEvent[] {
    const { seq, at } = event;
    return this.#bodies(event).map((body) => ({ seq, at, ...body }));
  }

  #bodies(event: EventBody): ConsoleEventBody[] {
    switch (event.type) {
      case 'request.begin':
        return [];
      case 'request.admitted':
        return this.#begin(event);
      case 'request.end':
        return [this.#end(event)];
      case 'session.opened':
      case 'session.reopened': {
        const { type, by, requestId } = event;
        return this.#session(event, (session) => ({ type, session, by: requestId ?? by }));
      }
      case 'session.updated':
      case 'session.paused':
      case 'session.resumed': {
        const { type } = event;
        return this.#session(event, (session) => ({ type, session }));
      }
      case 'session.rebound': {
        const { type, reason } = event;
        return this.#session(event, (session) => ({ type, session, reason }));
      }
      case 'session.expired': {
        const { type, reason } = event;
        return this.#session(event, (session) => ({ type, session, reason }));
      }
      case 'session.deleted': {
        const { type, reason } = event;
        return this.#session(event, (session) => ({ type, session, reason }));
      }
      case 'instance.starting':
      case 'instance.ready':
      case 'instance.draining':
      case 'instance.ended':
        return [{ ...event, instance: instanceState(event.instance) }];
      case 'clock.advanced':
        return [{ ...this.#clockMoved(event.clock), advancedMs: event.milliseconds }];
      case 'clock.frozen':
      case 'clock.resumed':
        return [this.#clockMoved(event.clock)];
      case 'function.added':
      case 'function.updated':
        return this.#functions(event.function.config.functionName);
      case 'function.removed':
        return [{ type: 'function.removed', functionName: event.function.config.functionName }];
      case 'trigger.added':
      case 'trigger.updated':
      case 'trigger.removed':
      case 'alias.created':
      case 'alias.updated':
      case 'version.published':
        return this.#functions(event.functionName);
      case 'alias.deleted':
        return [removed(event.functionName, event.alias.aliasName)];
      case 'version.deleted':
        return [removed(event.functionName, event.version.versionId)];
      case 'walkthrough.step':
        return [event];
    }
  }

  #begin({ decision, ...request }: Of<'request.admitted'>): ConsoleEventBody[] {
    const sampled = this.#sampler.next();
    if (sampled === undefined) return [];
    const { requestId, functionName, qualifier, method, target, identity } = request;
    const { instanceId, sessionId, placement } = decision;
    return [
      {
        type: 'request.begin',
        requestId,
        functionName,
        qualifier,
        method,
        target: target.slice(0, LONGEST_TARGET),
        identity,
        instanceId,
        ...(sessionId !== undefined && { sessionId }),
        placement,
        ...(sampled > 1 && { sampled }),
      },
    ];
  }

  #end({ type, record }: Of<'request.end'>): ConsoleEventBody {
    const { functionName, qualifier, decision } = record;
    const { sessionId, instanceId } = decision ?? {};
    const session = sessionId && this.#live.session({ functionName, qualifier, sessionId });
    const instance = instanceId && this.#live.instance(instanceId);
    return {
      type,
      record,
      ...(session && { session }),
      ...(instance && {
        instance: { instanceId, slotsTaken: instance.slotsTaken, inFlight: instance.inFlight },
      }),
    };
  }

  #session(
    { session }: Extract<EventBody, { readonly session: unknown }>,
    build: (state: SessionState) => ConsoleEventBody,
  ): ConsoleEventBody[] {
    const state = this.#live.session(session);
    return state === undefined ? [] : [build(state)];
  }

  #clockMoved({ frozen, offsetMs, now }: ClockState): Extract<ConsoleEventBody, { readonly type: 'clock' }> {
    return { type: 'clock', clock: { frozen, offsetMs }, now: Date.parse(now), realNow: hostNow() };
  }

  #functions(functionName: string): ConsoleEventBody[] {
    return this.#live
      .functions(functionName)
      .map((state: FunctionState) => ({ type: 'function', function: state }));
  }
}

function removed(functionName: string, qualifier: string): ConsoleEventBody {
  return { type: 'function.removed', functionName, qualifier };
}
