import { FcError } from '../model/errors.js';
import type { Emit, FunctionSummary } from '../model/events.js';
import type { FunctionConfig } from '../model/function.js';
import type {
  FunctionRef,
  FunctionService,
  ServedFunction,
  SessionRef,
  SessionService,
} from '../model/services.js';
import { DeployedFunction } from './deployed-function.js';
import type { NewRunner } from './function-runner.js';

interface FunctionRegistryOptions {
  readonly newFunctionId: () => string;
  /** On the session clock. */
  readonly now: () => number;
  readonly emit: Emit;
}

/** Which functions there are: adds, updates and removes them, and finds the function of a name. */
export class FunctionRegistry implements FunctionService {
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
  add(
    config: FunctionConfig,
    { url, newRunner }: { readonly url: string | undefined; readonly newRunner: NewRunner },
  ): DeployedFunction {
    const { functionName } = config;
    if (this.#byName.has(functionName)) {
      throw new FcError('FunctionAlreadyExists', `function '${functionName}' already exists`);
    }
    const createdAt = this.#options.now();
    const functionId = this.#options.newFunctionId();
    const served = {
      config,
      functionId,
      url,
      createdAt,
      lastModifiedAt: createdAt,
    };
    const added = new DeployedFunction(served, newRunner);
    this.#byName.set(functionName, added);
    this.#options.emit(() => ({
      type: 'function.added',
      function: summaryOf(served),
    }));
    return added;
  }

  /** Replaces the configuration of a function. @throws FunctionNotFound */
  update(config: FunctionConfig): void {
    const found = this.find(config);
    const updated = {
      ...found.served,
      config,
      lastModifiedAt: this.#options.now(),
    };
    found.deploy(updated);
    this.#options.emit(() => ({
      type: 'function.updated',
      function: summaryOf(updated),
    }));
  }

  /** Forgets a function. The caller ends what runs it. @throws FunctionNotFound */
  remove(functionName: string): DeployedFunction {
    const removed = this.find({ functionName });
    this.#byName.delete(functionName);
    this.#options.emit(() => ({
      type: 'function.removed',
      function: summaryOf(removed.served),
    }));
    return removed;
  }

  /** Tells that the versions or aliases of a function have changed. */
  changed(_changed: DeployedFunction, event: Parameters<Emit>[0]): void {
    this.#options.emit(event);
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

/** Environment variables may hold secrets, so no event contains them. */
function summaryOf({ functionId, url, config }: ServedFunction): FunctionSummary {
  const { environmentVariables: _, ...rest } = config;
  return { functionId, versionId: '0', url, config: rest };
}
