import { FcError } from '../model/errors.js';
import { LATEST } from '../model/function.js';
import type { InstanceInfo, InstanceLog } from '../model/instance.js';
import type {
  FunctionRef,
  FunctionService,
  ServedFunction,
  SessionRef,
  SessionService,
} from '../model/services.js';

/** What runs a function: its Scheduler, as far as this room needs to know it. */
export interface FunctionRunner {
  readonly sessions: SessionService;
  instances(): readonly InstanceInfo[];
  endedInstances(): readonly InstanceInfo[];
  has(instanceId: string): boolean;
  log(instanceId: string): InstanceLog | undefined;
  exited(instanceId: string): Promise<unknown>;
  kill(instanceId: string): Promise<void>;
}

/** A function that is served, and who runs it. */
export interface Deployment {
  readonly served: ServedFunction;
  readonly runner: FunctionRunner;
}

/** What is deployed: finds the function of a name, and says so when there is none. */
export class Deployments implements FunctionService {
  readonly #byName = new Map<string, Deployment>();

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

  /** @throws FunctionAlreadyExists */
  add(deployment: Deployment): void {
    const { functionName } = deployment.served.config;
    if (this.#byName.has(functionName)) {
      throw new FcError('FunctionAlreadyExists', `function '${functionName}' already exists`);
    }
    this.#byName.set(functionName, deployment);
  }

  async list(): Promise<readonly ServedFunction[]> {
    return this.all().map(({ served }) => served);
  }

  async get(ref: FunctionRef): Promise<ServedFunction> {
    return this.find(ref).served;
  }

  all(): Deployment[] {
    return [...this.#byName.values()];
  }

  /** @throws FunctionNotFound, VersionNotFound, AliasNotFound */
  find({ functionName, qualifier = LATEST }: FunctionRef): Deployment {
    const deployment = this.#byName.get(functionName);
    if (deployment === undefined) {
      throw new FcError('FunctionNotFound', `function '${functionName}' does not exist`);
    }
    if (qualifier === LATEST) return deployment;
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
