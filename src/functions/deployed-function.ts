import type { Admission } from '../model/admission.js';
import { FcError, isErrorCode } from '../model/errors.js';
import { type FunctionAlias, type FunctionVersion, LATEST, type Revision } from '../model/function.js';
import type { FunctionInput } from '../model/function-input.js';
import type { InstanceBounds } from '../model/instance.js';
import type { Progress, ScalingConfig, ServedFunction } from '../model/services.js';
import type { TriggerRecord } from '../model/trigger.js';
import type { FunctionRunner, NewRunner } from './function-runner.js';
import { WaitingRunner } from './waiting-runner.js';

/** The version ID of LATEST in ListInstances. */
const LATEST_VERSION_ID = '0';

interface DeployedFunctionOptions {
  readonly newRunner: NewRunner;
  /** The given input of the function, without defaults. An update changes it. */
  readonly said: FunctionInput;
  /** Whether options or a configuration declare the function. They declare it again at the next start. */
  readonly isDeclared: boolean;
  /** The names of the triggers in the options or the configuration. */
  readonly declaredTriggers: ReadonlySet<string>;
}

/**
 * A function with its versions, its aliases and their runners. LATEST has a runner as soon as the function is Active, a version or
 * an alias from its first use on.
 */
export class DeployedFunction {
  readonly isDeclared: boolean;
  readonly declaredTriggers: ReadonlySet<string>;
  readonly versions = new Map<string, FunctionVersion>();
  readonly aliases = new Map<string, FunctionAlias>();
  /** The triggers to restore after a restart: all except those in the options or the configuration. */
  triggers: readonly TriggerRecord[] = [];
  /** The highest version number so far. No number is used twice. */
  lastVersionId = 0;
  said: FunctionInput;
  /** The ceiling of instances when it is set apart from the configuration. */
  reservedConcurrency: number | undefined;
  /** The runners by qualifier. */
  readonly scaling = new Map<string, ScalingConfig>();
  readonly #newRunner: NewRunner;
  readonly #runners = new Map<string, FunctionRunner>();
  /** The runners of deleted qualifiers, until their instances have ended. */
  readonly #leaving = new Set<FunctionRunner>();
  /** The runners to use while the function is not Active. */
  readonly #waiting = new Map<string, FunctionRunner>();
  #wake: (() => void)[] = [];
  /** Refuses requests of a function whose invocation is disabled. */
  readonly #refusing: Admission = {
    admit: async () => {
      const { config, restriction } = this.#served;
      throw new FcError(
        'AccessDenied',
        `invocation of function '${config.functionName}' is disabled: ${restriction?.reason || 'no reason is given'}`,
        { fix: 'EnableFunctionInvocation enables it again' },
      );
    },
  };
  #served: ServedFunction;
  #latest: Revision;
  #isEnding = false;

  constructor(
    served: ServedFunction,
    { newRunner, said, isDeclared, declaredTriggers }: DeployedFunctionOptions,
  ) {
    this.#served = served;
    this.#newRunner = newRunner;
    this.said = said;
    this.isDeclared = isDeclared;
    this.declaredTriggers = declaredTriggers;
    this.#latest = { versionId: LATEST_VERSION_ID, config: served.config };
    if (this.#isActive) this.runner();
  }

  /** The function with the configuration of LATEST. */
  get served(): ServedFunction {
    return this.#served;
  }

  /** The runners of used qualifiers, and of deleted qualifiers with running instances. */
  get runners(): readonly FunctionRunner[] {
    return [...this.#runners.values(), ...this.#leaving];
  }

  /** The used qualifiers. */
  get qualifiers(): readonly string[] {
    return [...this.#runners.keys()];
  }

  /** The runner of a used qualifier. */
  used(qualifier: string): FunctionRunner | undefined {
    return this.#runners.get(qualifier);
  }

  /** The current URL of the function; undefined without a trigger. */
  set url(url: string | undefined) {
    this.#served = { ...this.#served, url };
  }

  /** Replaces the fields of the function, and LATEST if the configuration differs. */
  deploy(served: ServedFunction): void {
    const isNew = served.config !== this.#served.config;
    this.#served = served;
    if (isNew) this.#latest = { versionId: LATEST_VERSION_ID, config: served.config };
    if (this.#isActive) {
      const known = this.#runners.get(LATEST);
      if (known === undefined) this.runner();
      else if (isNew) known.deploy(this.#latest);
    }
    if (served.progress.state !== 'Pending') this.#wakeAll();
  }

  /** Replaces LATEST once an instance of it is ready. @throws as {@link FunctionRunner.tryOut} */
  async deployTried(served: ServedFunction, signal: AbortSignal): Promise<void> {
    const latest: Revision = { versionId: LATEST_VERSION_ID, config: served.config };
    const replace = await this.runner().tryOut(latest, signal);
    this.#served = { ...served, url: this.#served.url };
    this.#latest = latest;
    replace();
  }

  /** @returns the same object until the qualifier names another revision. @throws VersionNotFound, AliasNotFound */
  revision(qualifier: string = LATEST): Revision {
    if (qualifier === LATEST) return this.#latest;
    return this.version(/^\d+$/.test(qualifier) ? qualifier : this.alias(qualifier).versionId);
  }

  /**
   * @returns the runner for requests and sessions of a qualifier. While the function is not Active, its operations wait or fail.
   * @throws VersionNotFound, AliasNotFound
   */
  runner(qualifier: string = LATEST): FunctionRunner {
    const revision = this.revision(qualifier);
    const known = this.#runners.get(qualifier);
    if (known !== undefined) return known;
    if (!this.#isActive) return this.#waitingRunner(qualifier);
    const runner = this.#makeRunner(qualifier, revision);
    this.#runners.set(qualifier, runner);
    return runner;
  }

  /** Publishes LATEST under the next number. Instances of the version start on demand, because each qualifier has its own minimum. */
  publish({ description, now }: { readonly description: string; readonly now: number }): FunctionVersion {
    const versionId = String(++this.lastVersionId);
    const config = { ...this.#served.config, minInstances: 0 };
    const version = { versionId, config, description, createdAt: now, lastModifiedAt: now };
    this.versions.set(versionId, version);
    return version;
  }

  /** @returns the admission for the requests of a qualifier. @throws VersionNotFound, AliasNotFound */
  admission(qualifier: string): Admission {
    const runner = this.runner(qualifier);
    return this.#served.restriction === undefined ? runner : this.#refusing;
  }

  /** @throws VersionNotFound */
  version(versionId: string): FunctionVersion {
    const version = this.versions.get(versionId);
    if (version !== undefined) return version;
    throw new FcError('VersionNotFound', `version '${versionId}' does not exist`);
  }

  /** @throws AliasNotFound */
  alias(aliasName: string): FunctionAlias {
    const alias = this.aliases.get(aliasName);
    if (alias !== undefined) return alias;
    throw new FcError('AliasNotFound', `alias '${aliasName}' does not exist`);
  }

  /** Adds or moves an alias. Old sessions stay on their instances; new sessions go to the new version. */
  setAlias(alias: FunctionAlias): void {
    const { aliasName } = alias;
    const earlier = this.aliases.get(aliasName);
    this.aliases.set(aliasName, alias);
    if (earlier?.versionId !== alias.versionId)
      this.#runners.get(aliasName)?.deploy(this.revision(aliasName));
  }

  /**
   * Ends the sessions of a deleted version or alias, and its instances after their requests in flight.
   * Forgets its stored sessions too, so that a new alias with the same name has no sessions. Never rejects.
   */
  async removeRunner(qualifier: string, revision: Revision): Promise<void> {
    if (this.#isEnding) return;
    const runner = this.#runners.get(qualifier) ?? this.#makeRunner(qualifier, revision);
    this.#runners.delete(qualifier);
    this.#leaving.add(runner);
    await runner.drain();
    this.#leaving.delete(runner);
  }

  /** Waiting requests fail, and requests in flight continue. Stops writing to the store. */
  retire(): void {
    this.#isEnding = true;
    this.#wakeAll();
    for (const runner of this.runners) runner.detach();
  }

  /** Ends every instance and forgets every session. */
  async remove(): Promise<void> {
    this.#isEnding = true;
    await Promise.all(this.runners.map((runner) => runner.remove()));
  }

  /** Ends every instance and takes no more requests. */
  async stop(options?: { readonly graceMs?: number }): Promise<void> {
    this.#isEnding = true;
    this.#wakeAll();
    await Promise.all(this.runners.map((runner) => runner.stop(options)));
  }

  /** @throws ServiceUnavailable */
  #makeRunner(qualifier: string, revision: Revision): FunctionRunner {
    if (this.#isEnding) throw new FcError('ServiceUnavailable', 'the emulator is ending');
    return this.#newRunner({ qualifier, revision, bounds: this.#boundsOf(qualifier) });
  }

  get #isActive(): boolean {
    return this.#served.progress.state === 'Active';
  }

  #waitingRunner(qualifier: string): FunctionRunner {
    const known = this.#waiting.get(qualifier);
    if (known !== undefined) return known;
    const waiting = new WaitingRunner(async () => {
      await this.#untilActive();
      return this.runner(qualifier);
    });
    this.#waiting.set(qualifier, waiting);
    return waiting;
  }

  async #untilActive(): Promise<void> {
    while (this.#served.progress.state === 'Pending' && !this.#isEnding)
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    const { progress, config } = this.#served;
    if (progress.state === 'Failed') throw failureOf(progress);
    if (this.#isEnding)
      throw new FcError('FunctionNotFound', `function '${config.functionName}' does not exist`);
  }

  #wakeAll(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }

  #boundsOf(qualifier: string): InstanceBounds {
    const most = () => this.reservedConcurrency ?? this.#served.config.maxInstances;
    const least = () => this.scaling.get(qualifier)?.minInstances;
    const others = () =>
      [...this.#runners].filter(([name]) => name !== qualifier).map(([, runner]) => runner);
    return {
      get least() {
        return least();
      },
      get most() {
        return most();
      },
      get others() {
        return others().reduce((sum, { size }) => sum + size, 0);
      },
      makeRoom: () => others().some((runner) => runner.retireEmpty()),
    };
  }
}

function failureOf({ reason = '', reasonCode = '', fix }: Progress<string>): FcError {
  const code = isErrorCode(reasonCode) ? reasonCode : 'FunctionNotStarted';
  return new FcError(code, reason, fix === undefined ? {} : { fix });
}
