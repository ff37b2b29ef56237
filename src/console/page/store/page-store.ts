import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type {
  ConsoleEvent,
  FunctionState,
  InstanceState,
  SessionState,
} from '../../../model/console-events.js';
import type { RequestRecord } from '../../../model/request-record.js';
import type { WalkthroughStep } from '../../../model/walkthrough-step.js';
import type { Screen } from '../address.js';
import type { Link } from '../stream/event-reader.js';
import { type PageClock, timeOf, UNKNOWN_CLOCK } from './page-clock.js';
import { sessionKey, sessionTag } from './session-key.js';
import { type Changes, type EndedInstance, functionKey, World } from './world.js';

/** An instance and its slots, for the map. */
export interface Box {
  readonly instance: InstanceState;
  readonly places: readonly (SessionState | undefined)[];
  /** The last answered request of the instance. */
  readonly last: RequestRecord | undefined;
}

/** The state of the page, as signals. Events are applied at once, and shown in the next frame. */
export class PageStore {
  readonly link = signal<Link>('connecting');
  readonly isPaused = signal(false);
  readonly clock = signal<PageClock>(UNKNOWN_CLOCK);
  /** The time of the session clock, updated once a second. */
  readonly now = signal(0);
  readonly version = signal('');
  readonly functions = signal<readonly FunctionState[]>([]);
  readonly shownKey = signal<string | undefined>(undefined);
  readonly shown: ReadonlySignal<FunctionState | undefined>;
  /** Recently ended instances, newest first. */
  readonly endedInstances = signal<readonly EndedInstance[]>([]);
  readonly instances = signal<readonly InstanceState[]>([]);
  readonly sessions = signal<readonly SessionState[]>([]);
  /** Newest first. */
  readonly requests = signal<readonly RequestRecord[]>([]);
  readonly inFlight = signal(0);
  readonly refused = signal(0);
  readonly walkthrough = signal<readonly WalkthroughStep[]>([]);
  readonly screen = signal<Screen>('map');
  readonly selectedRequest = signal<string | undefined>(undefined);
  /** The tag of the selected session. The address of the page contains the tag, not the session ID. */
  readonly selectedTag = signal<string | undefined>(undefined);
  readonly selectedSession: ReadonlySignal<SessionState | undefined>;
  readonly #world = new World();
  /** The key of the selected session. It is kept, so that not all tags are computed at each change. */
  #selected: { readonly tag: string; readonly key: string } | undefined;
  readonly #boxes = new Map<string, Signal<Box | undefined>>();
  #isDrawing = false;

  constructor() {
    this.shown = computed(() => {
      const functions = this.functions.value;
      return functions.find((one) => functionKey(one) === this.shownKey.value) ?? functions[0];
    });
    this.selectedSession = computed(() => {
      const tag = this.selectedTag.value;
      // This read makes the signal compute again when a session changes.
      const sessions = this.sessions.value;
      return tag === undefined ? undefined : this.#sessionOf(tag, sessions);
    });
  }

  apply(event: ConsoleEvent): void {
    if (event.type === 'hello' || event.type === 'clock') {
      const { now, clock } = event;
      this.clock.value = { now, heardAt: performance.now(), ...clock };
      if (!this.isPaused.value) this.#setNow();
    }
    this.#world.apply(event);
    this.#draw();
  }

  /** Adds requests that ended before the page was opened. */
  addOlder(records: readonly RequestRecord[]): void {
    this.#world.addOlder(records);
    this.#draw();
  }

  /** Updates the session clock, except while the page is paused: its old sessions would seem to live too long. */
  tick(): void {
    if (this.link.value === 'live' && !this.isPaused.value) this.#setNow();
  }

  /** Shows another function; undefined: the first function. */
  show(key: string | undefined): void {
    if (this.shownKey.value === key) return;
    this.shownKey.value = key;
    this.#drawLists();
  }

  pause(isPaused: boolean): void {
    this.isPaused.value = isPaused;
    this.tick();
    this.#draw();
  }

  box(instanceId: string): Signal<Box | undefined> {
    const box = this.#boxes.get(instanceId) ?? signal(this.#boxOf(instanceId));
    this.#boxes.set(instanceId, box);
    return box;
  }

  #setNow(): void {
    this.now.value = timeOf(this.clock.value, performance.now());
  }

  /** Uses a timer in a hidden tab, because it gets no frames. */
  #draw(): void {
    if (this.#isDrawing || this.isPaused.value) return;
    this.#isDrawing = true;
    const draw = (): void => {
      this.#isDrawing = false;
      if (!this.isPaused.value) this.#drawChanges();
    };
    if (document.hidden) setTimeout(draw, 500);
    else requestAnimationFrame(draw);
  }

  #drawChanges(): void {
    const world = this.#world;
    const changes = world.takeChanges();
    this.version.value = world.version;
    this.inFlight.value = world.inFlight.size;
    if (changes.functions) this.functions.value = [...world.functions.values()];
    for (const instanceId of changes.instances) {
      const box = this.#boxes.get(instanceId);
      if (box !== undefined) box.value = this.#boxOf(instanceId);
      if (!world.instances.has(instanceId)) this.#boxes.delete(instanceId);
    }
    if (changes.walkthrough) this.walkthrough.value = world.walkthrough;
    this.#drawLists(changes);
  }

  /** Replaces a list only when one of its items has changed. */
  #drawLists(changes: Pick<Changes, 'functions' | 'instanceList' | 'sessions' | 'requests'> = ALL): void {
    const world = this.#world;
    const isShown = belongsTo(this.shown.value);
    if (changes.functions || changes.instanceList || changes.sessions || changes.requests)
      this.instances.value = [...world.instances.values()].filter(isShown);
    if (changes.functions || changes.instanceList)
      this.endedInstances.value = [...world.endedInstances.values()]
        .filter(({ instance }) => isShown(instance))
        .reverse();
    if (changes.functions || changes.sessions)
      this.sessions.value = [...world.sessions.values()].filter(isShown);
    if (!changes.functions && !changes.requests) return;
    this.requests.value = world.requests
      .newestFirst()
      .filter((record) => isShown(record) || record.functionName === '-');
    this.refused.value = this.requests.value.filter(({ status }) => status === 429).length;
  }

  #sessionOf(tag: string, sessions: readonly SessionState[]): SessionState | undefined {
    const world = this.#world;
    if (this.#selected?.tag !== tag) {
      const session =
        sessions.find((one) => sessionTag(one) === tag) ??
        [...world.endedSessions.values()].find((one) => sessionTag(one.session) === tag)?.session;
      this.#selected = session && { tag, key: sessionKey(session) };
    }
    const key = this.#selected?.key;
    return key === undefined ? undefined : (world.sessions.get(key) ?? world.endedSessions.get(key)?.session);
  }

  #boxOf(instanceId: string): Box | undefined {
    const instance = this.#world.instances.get(instanceId);
    return (
      instance && {
        instance,
        places: this.#world.places(instanceId),
        last: this.#world.lastRequests.get(instanceId),
      }
    );
  }
}

const ALL = { functions: true, instanceList: true, sessions: true, requests: true } as const;

function belongsTo(shown: FunctionState | undefined) {
  return (one: { readonly functionName: string; readonly qualifier: string }): boolean =>
    one.functionName === shown?.functionName && one.qualifier === shown.qualifier;
}
