import { FcError } from '../model/errors.js';
import type { Emit, FunctionSummary } from '../model/events.js';
import { type FunctionConfig, LATEST, type Revision } from '../model/function.js';
import type { InstanceInfo, InstanceLog } from '../model/instance.js';
import type {
  FunctionRef,
  FunctionService,
  ServedFunction,
  SessionRef,
  SessionService,
} from '../model/services.js';

/** What runs a function: its Scheduler, as far as the registry and the services over it use it. */
export interface FunctionRunner {
  readonly sessions: SessionService;
  /** Replaces the revision: new sessions go to the new one. */
  deploy(revision: Revision): void;
  instances(): readonly InstanceInfo[];
  endedInstances(): readonly InstanceInfo[];
  has(instanceId: string): boolean;
  log(instanceId: string): InstanceLog | undefined;
  exited(instanceId: string): Promise<unknown>;
  kill(instanceId: string): Promise<void>;
}

/** A function, and what runs it. */
export interface RegisteredFunction {
  readonly served: ServedFunction;
  readonly runner: FunctionRunner;
}

interface FunctionRegistryOptions {
  readonly newFunctionId: () => string;
  /** On the session clock. */
  readonly now: () => number;
  readonly emit: Emit;
}

/** Which functions there are: adds, updates and removes them, and finds the function of a name. */
export class FunctionRegistry implements FunctionService {
  readonly #options: FunctionRegistryOptions;
  readonly #byName = new Map<string, RegisteredFunction>();

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
  add(
    config: FunctionConfig,
    { url, runner }: { readonly url: string | undefined; readonly runner: FunctionRunner },
  ): void {
    const { functionName } = config;
    if (this.#byName.has(functionName)) {
      throw new FcError('FunctionAlreadyExists', `function '${functionName}' already exists`);
    }
    const createdAt = this.#options.now();
    const functionId = this.#options.newFunctionId();
    const served = { config, functionId, url, createdAt, lastModifiedAt: createdAt };
    this.#byName.set(functionName, { served, runner });
    this.#options.emit(() => ({ type: 'function.added', function: summaryOf(served) }));
  }

  /** Replaces the configuration of a function. @throws FunctionNotFound */
  update(config: FunctionConfig): void {
    const { served, runner } = this.find(config);
    const updated = { ...served, config, lastModifiedAt: this.#options.now() };
    this.#byName.set(config.functionName, { served: updated, runner });
    runner.deploy({ versionId: '0', config });
    this.#options.emit(() => ({ type: 'function.updated', function: summaryOf(updated) }));
  }

  /** @throws FunctionNotFound */
  remove(functionName: string): void {
    const { served } = this.find({ functionName });
    this.#byName.delete(functionName);
    this.#options.emit(() => ({ type: 'function.removed', function: summaryOf(served) }));
  }

  has(functionName: string): boolean {
    return this.#byName.has(functionName);
  }

  async list(): Promise<readonly ServedFunction[]> {
    return this.all().map(({ served }) => served);
  }

  async get(ref: FunctionRef): Promise<ServedFunction> {
    return this.find(ref).served;
  }

  all(): RegisteredFunction[] {
    return [...this.#byName.values()];
  }

  /** @throws FunctionNotFound, VersionNotFound, AliasNotFound */
  find({ functionName, qualifier = LATEST }: FunctionRef): RegisteredFunction {
    const found = this.#byName.get(functionName);
    if (found === undefined) {
      throw new FcError('FunctionNotFound', `function '${functionName}' does not exist`);
    }
    if (qualifier === LATEST) return found;
    if (/^\d+$/.test(qualifier))
      throw new FcError('VersionNotFound', `version '${qualifier}' does not exist`);
    throw new FcError('AliasNotFound', `alias '${qualifier}' does not exist`);
  }

  async #sessionsOf<T>(
    ref: FunctionRef | SessionRef,
    call: (sessions: SessionService) => Promise<T>,
  ): Promise<T> {
    return call(this.find(ref).runner.sessions);
  }
}

/** Environment variables may hold secrets, which no event tells. */
function summaryOf({ functionId, url, config }: ServedFunction): FunctionSummary {
  const { environmentVariables: _, ...rest } = config;
  return { functionId, versionId: '0', url, config: rest };
}
