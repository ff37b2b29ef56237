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
import { sessionTag } from './session-key.js';
import { functionKey, World } from './world.js';

/** An instance with its slots as the map shows it. */
export interface Box {
  readonly instance: InstanceState;
  readonly places: readonly (SessionState | undefined)[];
}

/** What the page shows, as signals. Events are applied at once and shown together in the next frame. */
export class PageStore {
  readonly link = signal<Link>('connecting');
  readonly isPaused = signal(false);
  readonly clock = signal<PageClock>(UNKNOWN_CLOCK);
  /** The session clock, once a second. */
  readonly now = signal(0);
  readonly version = signal('');
  readonly functions = signal<readonly FunctionState[]>([]);
  readonly shownKey = signal<string | undefined>(undefined);
  readonly shown: ReadonlySignal<FunctionState | undefined>;
  readonly instances = signal<readonly InstanceState[]>([]);
  readonly sessions = signal<readonly SessionState[]>([]);
  /** Newest first. */
  readonly requests = signal<readonly RequestRecord[]>([]);
  readonly inFlight = signal(0);
  readonly refused = signal(0);
  readonly walkthrough = signal<readonly WalkthroughStep[]>([]);
  readonly screen = signal<Screen>('map');
  readonly selectedRequest = signal<string | undefined>(undefined);
  /** The tag of a session: its ID does not stand in the address of the page. */
  readonly selectedTag = signal<string | undefined>(undefined);
  readonly selectedSession: ReadonlySignal<SessionState | undefined>;
  readonly #world = new World();
  readonly #boxes = new Map<string, Signal<Box | undefined>>();
  #isDrawing = false;

  constructor() {
    this.shown = computed(() => {
      const functions = this.functions.value;
      return functions.find((one) => functionKey(one) === this.shownKey.value) ?? functions[0];
    });
    this.selectedSession = computed(() => {
      const tag = this.selectedTag.value;
      const sessions = this.sessions.value;
      if (tag === undefined) return undefined;
      return (
        sessions.find((session) => sessionTag(session) === tag) ??
        [...this.#world.endedSessions.values()].find(({ session }) => sessionTag(session) === tag)?.session
      );
    });
  }

  apply(event: ConsoleEvent): void {
    if (event.type === 'hello' || event.type === 'clock') {
      const { now, clock } = event;
      this.clock.value = { now, heardAt: performance.now(), ...clock };
      this.tick();
    }
    this.#world.apply(event);
    this.#draw();
  }

  /** Requests that ended before the page was opened. */
  addOlder(records: readonly RequestRecord[]): void {
    this.#world.requests.addOlder(records);
    this.#drawLists();
  }

  /** Lets the session clock go on. */
  tick(): void {
    this.now.value = timeOf(this.clock.value, performance.now());
  }

  show(key: string): void {
    this.shownKey.value = key;
    this.#drawLists();
  }

  pause(isPaused: boolean): void {
    this.isPaused.value = isPaused;
    this.#draw();
  }

  box(instanceId: string): Signal<Box | undefined> {
    const box = this.#boxes.get(instanceId) ?? signal(this.#boxOf(instanceId));
    this.#boxes.set(instanceId, box);
    return box;
  }

  /** A hidden tab has no frames. */
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
    if (changes.functions || changes.instanceList || changes.sessions || changes.requests) this.#drawLists();
  }

  #drawLists(): void {
    const world = this.#world;
    const isShown = belongsTo(this.shown.value);
    this.instances.value = [...world.instances.values()].filter(isShown);
    this.sessions.value = [...world.sessions.values()].filter(isShown);
    this.requests.value = world.requests
      .newestFirst()
      .filter((record) => isShown(record) || record.functionName === '-');
    this.refused.value = this.requests.value.filter(({ status }) => status === 429).length;
  }

  #boxOf(instanceId: string): Box | undefined {
    const instance = this.#world.instances.get(instanceId);
    return instance && { instance, places: this.#world.places(instanceId) };
  }
}

function belongsTo(shown: FunctionState | undefined) {
  return (one: { readonly functionName: string; readonly qualifier: string }): boolean =>
    one.functionName === shown?.functionName && one.qualifier === shown.qualifier;
}
