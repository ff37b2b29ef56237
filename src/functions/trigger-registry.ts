import { FcError } from '../model/errors.js';
import type { Emit } from '../model/events.js';
import { type HttpTrigger, LATEST } from '../model/function.js';
import { pageByName } from '../model/page-by-name.js';
import type {
  FunctionRef,
  ListTriggersQuery,
  TriggerPage,
  TriggerRef,
  TriggerService,
} from '../model/services.js';
import type { CreateTriggerInput, Trigger, TriggerRecord, UpdateTriggerInput } from '../model/trigger.js';
import { checkUnlike, completeTrigger } from '../model/trigger-config.js';
import { toApiTrigger } from './api-trigger.js';

/** The part of a trigger's listener that the registry uses. */
export interface TriggerListener {
  readonly url: string;
  /** Accepts no more connections; resolves when no request is left. */
  drain(): Promise<void>;
  /** Aborts the requests in flight. */
  cutOff(): void;
  /** Accepts no more connections and destroys the open ones. */
  closeNow(): void;
}

/** The port of a trigger: a given port, the port of `url` if it is free, or else the next free port. */
export type TriggerPlace = { readonly port?: number | undefined } | { readonly url: string };

interface TriggerRegistryOptions {
  readonly newTriggerId: () => string;
  /** The time of the session clock. */
  readonly now: () => number;
  readonly emit: Emit;
  /** @throws FunctionNotFound, VersionNotFound, AliasNotFound */
  readonly checkFunction: (ref: FunctionRef) => void;
  /**
   * Opens the listener of a trigger.
   * @param trigger called at each request
   * @throws PortInUseError
   */
  readonly open: (trigger: () => HttpTrigger, place: TriggerPlace) => Promise<TriggerListener>;
  /** Called after every change. */
  readonly onChange: (functionName: string) => void;
}

interface Entry {
  trigger: HttpTrigger;
  /** Undefined until the trigger listens. */
  opened: Opened | undefined;
}

interface Opened {
  readonly listener: TriggerListener;
  readonly record: TriggerRecord;
}

/** The HTTP triggers and their listeners. */
export class TriggerRegistry implements TriggerService {
  readonly #options: TriggerRegistryOptions;
  /** By function name, then by trigger name, in the order of creation. */
  readonly #entries = new Map<string, Map<string, Entry>>();
  /** The listeners of deleted triggers that may still have requests. */
  readonly #draining = new Set<TriggerListener>();
  #isClosed = false;

  constructor(options: TriggerRegistryOptions) {
    this.#options = options;
  }

  async create(
    { functionName }: { readonly functionName: string },
    { triggerName, triggerType: _, triggerConfig = '{}', qualifier = LATEST, ...input }: CreateTriggerInput,
  ): Promise<Trigger> {
    const { parseTriggerConfig } = await import('../schema/index.js');
    this.#options.checkFunction({ functionName, qualifier });
    const config = parseTriggerConfig(triggerConfig);
    const trigger = completeTrigger({ functionName, triggerName, qualifier, ...config });
    const record = await this.#open(trigger, {}, { ...input, triggerConfig });
    return this.#changed('trigger.added', functionName, record);
  }

  /** Opens a trigger of a new function. @throws TriggerAlreadyExists, PortInUseError */
  async add(trigger: HttpTrigger, place: TriggerPlace): Promise<void> {
    await this.#open(trigger, place, { triggerConfig: configTextOf(trigger) });
  }

  /** Replaces the triggers of a function. A trigger with a known name keeps its address. @throws TriggerAlreadyExists, PortInUseError */
  async replace(
    functionName: string,
    wanted: readonly (readonly [HttpTrigger, TriggerPlace])[],
  ): Promise<void> {
    const names = new Set(wanted.map(([{ triggerName }]) => triggerName));
    for (const { triggerName } of this.records(functionName))
      if (!names.has(triggerName)) await this.delete({ functionName, triggerName });
    for (const [trigger, place] of wanted) {
      const entry = this.#of(functionName).get(trigger.triggerName);
      if (entry?.opened === undefined) await this.add(trigger, place);
      else this.#set(entry, entry.opened, { ...trigger, triggerConfig: configTextOf(trigger) });
    }
    this.#options.onChange(functionName);
  }

  /** Opens a trigger of an earlier run of the emulator, at its old port if that is free. @throws PortInUseError */
  async restore(functionName: string, record: TriggerRecord): Promise<void> {
    await this.#open(completeTrigger({ ...record, functionName }), { url: record.url }, record);
  }

  async get(ref: TriggerRef): Promise<Trigger> {
    return toApiTrigger(ref.functionName, this.#find(ref).opened.record);
  }

  async list({ functionName, ...query }: ListTriggersQuery): Promise<TriggerPage> {
    this.#options.checkFunction({ functionName });
    const { page, ...next } = pageByName(this.records(functionName), (one) => one.triggerName, query);
    return { triggers: page.map((record) => toApiTrigger(functionName, record)), ...next };
  }

  async update(ref: TriggerRef, { triggerConfig, ...input }: UpdateTriggerInput): Promise<Trigger> {
    const { functionName } = ref;
    const { parseTriggerConfig } = await import('../schema/index.js');
    const entry = this.#find(ref);
    const config = triggerConfig === undefined ? {} : { ...parseTriggerConfig(triggerConfig), triggerConfig };
    const { qualifier = entry.trigger.qualifier } = input;
    this.#options.checkFunction({ functionName, qualifier });
    return this.#set(entry, entry.opened, { ...config, ...input });
  }

  async delete(ref: TriggerRef): Promise<void> {
    const { functionName, triggerName } = ref;
    const { record, listener } = this.#find(ref).opened;
    this.#of(functionName).delete(triggerName);
    void this.#drain(listener);
    this.#changed('trigger.removed', functionName, record);
  }

  /** The triggers of a function that listen, in the order of creation. */
  records(functionName: string): TriggerRecord[] {
    return [...this.#of(functionName).values()].flatMap(({ opened }) => opened?.record ?? []);
  }

  /**
   * Removes the triggers of a function. They accept no more connections.
   * @returns their listeners. The caller drains and closes them.
   */
  release(functionName: string): Pick<TriggerListener, 'drain' | 'closeNow'> {
    const listeners = [...this.#of(functionName).values()].flatMap(({ opened }) => opened?.listener ?? []);
    this.#entries.delete(functionName);
    for (const listener of listeners) this.#draining.add(listener);
    const drained = Promise.all(listeners.map((listener) => listener.drain()));
    return {
      drain: async () => void (await drained),
      closeNow: () => {
        for (const listener of listeners) listener.closeNow();
        for (const listener of listeners) this.#draining.delete(listener);
      },
    };
  }

  /** Aborts the requests in flight of a function. */
  cutOff(functionName: string): void {
    for (const { opened } of this.#of(functionName).values()) opened?.listener.cutOff();
  }

  /** Stops accepting connections. Resolves when no request is left. */
  async drain(): Promise<void> {
    await Promise.all([...this.#listeners()].map((listener) => listener.drain()));
  }

  /** Closes every listener, also that of a trigger whose opening has not ended. */
  closeNow(): void {
    this.#isClosed = true;
    for (const listener of this.#listeners()) listener.closeNow();
  }

  /** @throws TriggerAlreadyExists, PortInUseError */
  async #open(
    trigger: HttpTrigger,
    place: TriggerPlace,
    given: Pick<TriggerRecord, 'triggerConfig'> & Partial<TriggerRecord>,
  ): Promise<TriggerRecord> {
    const { functionName, triggerName } = trigger;
    checkUnlike(trigger, this.#triggersOf(functionName));
    // The name is taken before the first await.
    const entry: Entry = { trigger, opened: undefined };
    const all = this.#of(functionName).set(triggerName, entry);
    this.#entries.set(functionName, all);
    try {
      const listener = await this.#options.open(() => entry.trigger, place);
      const record = this.#recordOf(trigger, { ...given, url: listener.url });
      entry.opened = { listener, record };
      this.#checkKept(functionName, all);
      return record;
    } catch (error) {
      all.delete(triggerName);
      entry.opened?.listener.closeNow();
      throw error;
    }
  }

  /** Changes a trigger that listens. @throws TriggerAlreadyExists */
  #set(entry: Entry, { listener, record: before }: Opened, change: Partial<TriggerRecord>): Trigger {
    const { functionName } = entry.trigger;
    const record = { ...before, ...change, lastModifiedAt: this.#options.now() };
    const trigger = completeTrigger({ ...record, functionName });
    checkUnlike(trigger, this.#triggersOf(functionName, entry));
    entry.trigger = trigger;
    entry.opened = { listener, record };
    return this.#changed('trigger.updated', functionName, record);
  }

  /** @throws FunctionNotFound when the function was deleted during the opening of a trigger, ServiceUnavailable when the emulator is ending */
  #checkKept(functionName: string, all: ReadonlyMap<string, Entry>): void {
    if (this.#isClosed) throw new FcError('ServiceUnavailable', 'the emulator is ending');
    if (this.#entries.get(functionName) !== all)
      throw new FcError('FunctionNotFound', `function '${functionName}' does not exist`);
  }

  #recordOf(
    trigger: HttpTrigger,
    given: Pick<TriggerRecord, 'triggerConfig' | 'url'> & Partial<TriggerRecord>,
  ): TriggerRecord {
    const { functionName: _, ...fields } = trigger;
    const now = this.#options.now();
    return {
      triggerId: this.#options.newTriggerId(),
      description: '',
      invocationRole: '',
      sourceArn: '',
      createdAt: now,
      lastModifiedAt: now,
      ...given,
      ...fields,
    };
  }

  #changed(
    type: 'trigger.added' | 'trigger.updated' | 'trigger.removed',
    functionName: string,
    record: TriggerRecord,
  ): Trigger {
    const trigger = toApiTrigger(functionName, record);
    this.#options.emit(() => ({ type, functionName, trigger }));
    this.#options.onChange(functionName);
    return trigger;
  }

  async #drain(listener: TriggerListener): Promise<void> {
    this.#draining.add(listener);
    await listener.drain();
    listener.closeNow();
    this.#draining.delete(listener);
  }

  *#listeners(): Generator<TriggerListener> {
    for (const all of this.#entries.values()) {
      for (const { opened } of all.values()) if (opened !== undefined) yield opened.listener;
    }
    yield* this.#draining;
  }

  #of(functionName: string): Map<string, Entry> {
    return this.#entries.get(functionName) ?? new Map();
  }

  #triggersOf(functionName: string, except?: Entry): HttpTrigger[] {
    const entries = [...this.#of(functionName).values()].filter((one) => one !== except);
    return entries.map(({ trigger }) => trigger);
  }

  /** @throws FunctionNotFound, TriggerNotFound */
  #find({ functionName, triggerName }: TriggerRef): Entry & { readonly opened: Opened } {
    this.#options.checkFunction({ functionName });
    const entry = this.#of(functionName).get(triggerName);
    if (entry !== undefined && isOpened(entry)) return entry;
    throw new FcError('TriggerNotFound', `trigger '${triggerName}' does not exist`);
  }
}

function isOpened(entry: Entry): entry is Entry & { opened: Opened } {
  return entry.opened !== undefined;
}

function configTextOf({ authType, methods, disableURLInternet }: HttpTrigger): string {
  return JSON.stringify({ authType, methods, disableURLInternet });
}
