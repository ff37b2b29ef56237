import { FcError } from '../model/errors.js';
import type { Emit, FunctionSummary } from '../model/events.js';
import type { FunctionConfig } from '../model/function.js';
import type { FunctionInput } from '../model/function-input.js';
import type { FunctionStore, StoredFunction } from '../model/function-store.js';
import type { FunctionRef, ServedFunction, SessionRef, SessionService } from '../model/services.js';
import { DeployedFunction } from './deployed-function.js';
import type { NewRunner } from './function-runner.js';
import { inputOf, servedFunction } from './served-function.js';

interface FunctionRegistryOptions {
  readonly newFunctionId: () => string;
  /** The time of the session clock. */
  readonly now: () => number;
  readonly emit: Emit;
  /** Keeps functions over a restart. */
  readonly store?: FunctionStore;
}

/** A function to add, with its known fields. */
export interface NewFunction extends Partial<Omit<ServedFunction, 'config'>> {
  readonly config: FunctionConfig;
  readonly newRunner: NewRunner;
  /** The body of CreateFunction; undefined for a function of the options or of a configuration. */
  readonly said?: FunctionInput;
  /** The names of the triggers in the options or the configuration. */
  readonly declaredTriggers?: readonly string[];
  /** The stored state of an earlier run. */
  readonly stored?: StoredFunction | undefined;
}

/** The functions by name: adds, updates, removes and finds them. */
export class FunctionRegistry {
  readonly #options: FunctionRegistryOptions;
  readonly #byName = new Map<string, DeployedFunction>();

  /** The Session API over all functions. */
  readonly sessions: SessionService = {
    create: (ref, input, options) =>
      this.#sessionsOf(ref, (sessions) => sessions.create(ref, input, options)),
    get: (ref) => this.#sessionsOf(ref, (sessions) => sessions.get(ref)),
    list: (query) => this.#sessionsOf(query, (sessions) => sessions.list(query)),
    update: (ref, input) => this.#sessionsOf(ref, (sessions) => sessions.update(ref, input)),
    delete: (ref) => this.#sessionsOf(ref, (sessions) => sessions.delete(ref)),
    pause: (ref) => this.#sessionsOf(ref, (sessions) => sessions.pause(ref)),
    resume: (ref, options) => this.#sessionsOf(ref, (sessions) => sessions.resume(ref, options)),
  };

  constructor(options: FunctionRegistryOptions) {
    this.#options = options;
  }

  /** @throws FunctionAlreadyExists */
  add({ config, newRunner, said, stored, declaredTriggers = [], ...known }: NewFunction): DeployedFunction {
    const { functionName } = config;
    if (this.#byName.has(functionName)) {
      throw new FcError('FunctionAlreadyExists', `function '${functionName}' already exists`);
    }
    const served = servedFunction(config, {
      functionId: stored?.functionId ?? this.#options.newFunctionId(),
      createdAt: stored?.createdAt ?? this.#options.now(),
      ...(stored !== undefined && { lastModifiedAt: stored.lastModifiedAt }),
      ...(stored?.restriction !== undefined && { restriction: stored.restriction }),
      ...known,
    });
    const added = new DeployedFunction(served, {
      newRunner,
      said: said ?? inputOf(config),
      isDeclared: said === undefined,
      declaredTriggers: new Set(declaredTriggers),
    });
    if (stored !== undefined) restoreSettings(added, stored);
    this.#byName.set(functionName, added);
    this.changed(added);
    this.#options.emit(() => ({ type: 'function.added', function: summaryOf(added.served) }));
    return added;
  }

  /** Replaces the configuration of a function by a new revision, and the fields in `change`. @throws FunctionNotFound */
  update(config: FunctionConfig, change: Partial<ServedFunction> = {}): void {
    const found = this.find(config);
    const { progress, lastUpdate } = servedFunction(config, found.served);
    found.deploy({
      ...found.served,
      progress: progress.state === 'Failed' ? { state: 'Active' } : progress,
      lastUpdate,
      ...change,
      config,
      lastModifiedAt: this.#options.now(),
    });
    this.changed(found);
    this.#options.emit(() => ({ type: 'function.updated', function: summaryOf(found.served) }));
  }

  /** Changes fields of a function without a new revision. */
  note(one: DeployedFunction, change: Partial<Omit<ServedFunction, 'config'>>): void {
    one.deploy({ ...one.served, ...change });
    if (this.#byName.get(one.served.config.functionName) !== one) return;
    this.changed(one);
    this.#options.emit(() => ({ type: 'function.updated', function: summaryOf(one.served) }));
  }

  /** Stores a function and reports a change. Called after every change of the function, its versions, aliases and triggers. */
  changed(one: DeployedFunction, event?: Parameters<Emit>[0]): void {
    if (this.#byName.get(one.served.config.functionName) === one) this.#options.store?.save(storedOf(one));
    if (event !== undefined) this.#options.emit(event);
  }

  /**
   * Replaces the configuration of a function once an instance of the new revision is ready.
   * @throws FunctionNotFound, the error of the start, the reason of the signal
   */
  async updateTried(config: FunctionConfig, signal: AbortSignal): Promise<void> {
    const found = this.find(config);
    await found.deployTried({ ...found.served, config, lastModifiedAt: this.#options.now() }, signal);
    this.changed(found, () => ({ type: 'function.updated', function: summaryOf(found.served) }));
  }

  /** Removes a function. The caller ends its runners. @throws FunctionNotFound */
  remove(functionName: string): DeployedFunction {
    const removed = this.find({ functionName });
    this.#byName.delete(functionName);
    removed.retire();
    this.#options.store?.delete(functionName);
    this.#options.emit(() => ({ type: 'function.removed', function: summaryOf(removed.served) }));
    return removed;
  }

  has(functionName: string): boolean {
    return this.#byName.has(functionName);
  }

  async list(): Promise<readonly ServedFunction[]> {
    return this.all().map(({ served }) => served);
  }

  /** @returns the function with the configuration of the qualifier's version */
  async get(ref: FunctionRef): Promise<ServedFunction> {
    const found = this.find(ref);
    return { ...found.served, config: found.revision(ref.qualifier).config };
  }

  all(): DeployedFunction[] {
    return [...this.#byName.values()];
  }

  /** @throws FunctionNotFound */
  find({ functionName }: Pick<FunctionRef, 'functionName'>): DeployedFunction {
    const found = this.#byName.get(functionName);
    if (found !== undefined) return found;
    throw new FcError('FunctionNotFound', `function '${functionName}' does not exist`);
  }

  async #sessionsOf<T>(
    ref: FunctionRef | SessionRef,
    call: (sessions: SessionService) => Promise<T>,
  ): Promise<T> {
    return call(this.find(ref).runner(ref.qualifier).sessions);
  }
}

function storedOf(one: DeployedFunction): StoredFunction {
  const { config, functionId, createdAt, lastModifiedAt, echo, restriction } = one.served;
  return {
    functionName: config.functionName,
    functionId,
    createdAt,
    lastModifiedAt,
    isDeclared: one.isDeclared,
    said: one.said,
    echo,
    versions: [...one.versions.values()],
    lastVersionId: one.lastVersionId,
    aliases: [...one.aliases.values()],
    triggers: one.triggers,
    scaling: Object.fromEntries(one.scaling),
    ...(one.reservedConcurrency !== undefined && { reservedConcurrency: one.reservedConcurrency }),
    ...(restriction !== undefined && { restriction }),
  };
}

function restoreSettings(one: DeployedFunction, stored: StoredFunction): void {
  for (const version of stored.versions) one.versions.set(version.versionId, version);
  for (const alias of stored.aliases) one.aliases.set(alias.aliasName, alias);
  for (const [qualifier, config] of Object.entries(stored.scaling)) one.scaling.set(qualifier, config);
  one.lastVersionId = stored.lastVersionId;
  one.triggers = stored.triggers;
  one.reservedConcurrency = stored.reservedConcurrency;
}

/** Leaves out environment variables, because they may contain secrets. */
function summaryOf({ functionId, url, config }: ServedFunction): FunctionSummary {
  const { environmentVariables: _, ...rest } = config;
  return { functionId, versionId: '0', url, config: rest };
}
