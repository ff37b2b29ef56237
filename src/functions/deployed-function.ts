import type { Admission } from '../model/admission.js';
import { FcError, isErrorCode } from '../model/errors.js';
import { type FunctionAlias, type FunctionVersion, LATEST, type Revision } from '../model/function.js';
import type { FunctionInput } from '../model/function-input.js';
import type { InstanceBounds } from '../model/instance.js';
import type { Progress, ScalingConfig, ServedFunction } from '../model/services.js';
import type { TriggerRecord } from '../model/trigger.js';
import type { FunctionRunner, NewRunner } from './function-runner.js';
import { WaitingRunner } from './waiting-runner.js';

/** `0`, as ListInstances spells LATEST. */
const LATEST_VERSION_ID = '0';

interface DeployedFunctionOptions {
  readonly newRunner: NewRunner;
  /** What is said of the function, without the defaults; an update changes it. */
  readonly said: FunctionInput;
  /** Made from options or a configuration, which say it again at the next start. */
  readonly isDeclared: boolean;
  /** The names of the triggers that are declared with it. */
  readonly declaredTriggers: ReadonlySet<string>;
}

/**
 * A function with its versions and aliases, and what runs each of them: LATEST from the moment that the function is Active, a version or
 * an alias from its first use on.
 */
export class DeployedFunction {
  readonly isDeclared: boolean;
  readonly declaredTriggers: ReadonlySet<string>;
  readonly versions = new Map<string, FunctionVersion>();
  readonly aliases = new Map<string, FunctionAlias>();
  /** The triggers that survive a restart: all but those declared with the function. */
  triggers: readonly TriggerRecord[] = [];
  /** The highest number that was ever published; none is given twice. */
  lastVersionId = 0;
  said: FunctionInput;
  /** The ceiling of instances, where it is set beside the configuration. */
  reservedConcurrency: number | undefined;
  /** By qualifier. */
  readonly scaling = new Map<string, ScalingConfig>();
  readonly #newRunner: NewRunner;
  readonly #runners = new Map<string, FunctionRunner>();
  /** Those of deleted qualifiers, until their instances have ended. */
  readonly #leaving = new Set<FunctionRunner>();
  /** What takes the place of a runner while the function is not Active. */
  readonly #waiting = new Map<string, FunctionRunner>();
  #wake: (() => void)[] = [];
  /** Admits no request of a function that may not be invoked. */
  readonly #refusing: Admission = {
    admit: async () => {
      const { config, restriction } = this.#served;
      throw new FcError(
        'AccessDenied',
        `invocation of function '${config.functionName}' is disabled: ${restriction?.reason || 'no reason is given'}`,
        { fix: 'EnableFunctionInvocation lifts that' },
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

  /** The function as its LATEST is. */
  get served(): ServedFunction {
    return this.#served;
  }

  /** Those of the qualifiers that have been used, and of deleted ones that still have instances. */
  get runners(): readonly FunctionRunner[] {
    return [...this.#runners.values(), ...this.#leaving];
  }

  /** Those that have been used. */
  get qualifiers(): readonly string[] {
    return [...this.#runners.keys()];
  }

  /** What serves a qualifier that has been used. */
  used(qualifier: string): FunctionRunner | undefined {
    return this.#runners.get(qualifier);
  }

  /** Where the function listens now; undefined without a trigger. */
  set url(url: string | undefined) {
    this.#served = { ...this.#served, url };
  }

  /** Replaces the shown fields of the function, and LATEST if the configuration differs. */
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

  /** The same object until the qualifier names another revision. @throws VersionNotFound, AliasNotFound */
  revision(qualifier: string = LATEST): Revision {
    if (qualifier === LATEST) return this.#latest;
    return this.version(/^\d+$/.test(qualifier) ? qualifier : this.alias(qualifier).versionId);
  }

  /**
   * What serves the requests and sessions of a qualifier. While the function is not Active, it waits, or fails.
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

  /** Keeps LATEST as it is now under the next number. Its instances start on demand: provisioning is each qualifier's own. */
  publish({ description, now }: { readonly description: string; readonly now: number }): FunctionVersion {
    const versionId = String(++this.lastVersionId);
    const config = { ...this.#served.config, minInstances: 0 };
    const version = { versionId, config, description, createdAt: now, lastModifiedAt: now };
    this.versions.set(versionId, version);
    return version;
  }

  /** What admits the requests of a qualifier. @throws VersionNotFound, AliasNotFound */
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

  /** Adds an alias, or moves it: its sessions stay on the instances that they have, new ones go to the new version. */
  setAlias(alias: FunctionAlias): void {
    const { aliasName } = alias;
    const earlier = this.aliases.get(aliasName);
    this.aliases.set(aliasName, alias);
    if (earlier?.versionId !== alias.versionId)
      this.#runners.get(aliasName)?.deploy(this.revision(aliasName));
  }

  /**
   * Ends the sessions of a version or an alias that has been deleted, and its instances when their requests in flight have ended.
   * Sessions kept of an earlier run are forgotten too, so that an alias of the same name begins without sessions. Never rejects.
   */
  async removeRunner(qualifier: string, revision: Revision): Promise<void> {
    if (this.#isEnding) return;
    const runner = this.#runners.get(qualifier) ?? this.#makeRunner(qualifier, revision);
    this.#runners.delete(qualifier);
    this.#leaving.add(runner);
    await runner.drain();
    this.#leaving.delete(runner);
  }

  /** Requests that wait for the function fail; those in flight go on. Nothing is written to the store any more. */
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
