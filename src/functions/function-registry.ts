import { FcError } from '../model/errors.js';
import type { Emit, FunctionSummary } from '../model/events.js';
import type { FunctionConfig } from '../model/function.js';
import type { FunctionInput } from '../model/function-input.js';
import type { FunctionStore, StoredFunction } from '../model/function-store.js';
import type { FunctionRef, ServedFunction, SessionRef, SessionService } from '../model/services.js';
import { DeployedFunction } from './deployed-function.js';
import type { NewRunner } from './function-runner.js';
import { saidBy, servedFunction } from './served-function.js';

interface FunctionRegistryOptions {
  readonly newFunctionId: () => string;
  /** On the session clock. */
  readonly now: () => number;
  readonly emit: Emit;
  /** Where functions are kept over a restart. */
  readonly store?: FunctionStore;
}

/** A function to add, with the fields that are already known. */
export interface NewFunction extends Partial<Omit<ServedFunction, 'config'>> {
  readonly config: FunctionConfig;
  readonly newRunner: NewRunner;
  /** The body that made it; undefined: it is declared, by options or a configuration. */
  readonly said?: FunctionInput;
  /** The names of the triggers that are declared with it. */
  readonly declaredTriggers?: readonly string[];
  /** What was kept of it. */
  readonly stored?: StoredFunction | undefined;
}

/** Which functions there are: adds, updates and removes them, and finds the function of a name. */
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
      said: said ?? saidBy(config),
      isDeclared: said === undefined,
      declaredTriggers: new Set(declaredTriggers),
    });
    if (stored !== undefined) restoreSettings(added, stored);
    this.#byName.set(functionName, added);
    this.changed(added);
    this.#options.emit(() => ({ type: 'function.added', function: summaryOf(added.served) }));
    return added;
  }

  /** Replaces the configuration of a function, by a new revision, and what else is given. @throws FunctionNotFound */
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

  /** Changes the shown fields of a function, and not its revision. */
  note(one: DeployedFunction, change: Partial<Omit<ServedFunction, 'config'>>): void {
    one.deploy({ ...one.served, ...change });
    if (this.#byName.get(one.served.config.functionName) !== one) return;
    this.changed(one);
    this.#options.emit(() => ({ type: 'function.updated', function: summaryOf(one.served) }));
  }

  /** Keeps a function as it is now over a restart, after every change of it, its versions, aliases and triggers, and reports the change. */
  changed(one: DeployedFunction, event?: Parameters<Emit>[0]): void {
    if (this.#byName.get(one.served.config.functionName) === one) this.#options.store?.save(storedOf(one));
    if (event !== undefined) this.#options.emit(event);
  }

  /**
   * Replaces the configuration of a function once an instance of the new revision is ready.
   * @throws FunctionNotFound, what the start failed with, the reason of the signal
   */
  async updateTried(config: FunctionConfig, signal: AbortSignal): Promise<void> {
    const found = this.find(config);
    await found.deployTried({ ...found.served, config, lastModifiedAt: this.#options.now() }, signal);
    this.changed(found, () => ({ type: 'function.updated', function: summaryOf(found.served) }));
  }

  /** Forgets a function. The caller ends what runs it. @throws FunctionNotFound */
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

  /** The function as the qualifier names it: with the configuration of that version. */
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

/** Environment variables may hold secrets, so no event contains them. */
function summaryOf({ functionId, url, config }: ServedFunction): FunctionSummary {
  const { environmentVariables: _, ...rest } = config;
  return { functionId, versionId: '0', url, config: rest };
}
