import { FcError } from '../model/errors.js';
import { type FunctionAlias, type FunctionVersion, LATEST, type Revision } from '../model/function.js';
import type { InstanceCeiling } from '../model/instance.js';
import type { ServedFunction } from '../model/services.js';
import type { FunctionRunner, NewRunner } from './function-runner.js';

/** `0`, as ListInstances spells LATEST. */
const LATEST_VERSION_ID = '0';

/**
 * A function with its versions and aliases, and what runs each of them: LATEST from the beginning, a version or an alias from its first
 * use on.
 */
export class DeployedFunction {
  readonly versions = new Map<string, FunctionVersion>();
  readonly aliases = new Map<string, FunctionAlias>();
  /** The highest number that was ever published; none is given twice. */
  lastVersionId = 0;
  readonly #newRunner: NewRunner;
  readonly #runners = new Map<string, FunctionRunner>();
  /** Those of deleted qualifiers, until their instances have ended. */
  readonly #leaving = new Set<FunctionRunner>();
  #served: ServedFunction;
  #latest: Revision;
  #isEnding = false;

  constructor(served: ServedFunction, newRunner: NewRunner) {
    this.#served = served;
    this.#newRunner = newRunner;
    this.#latest = { versionId: LATEST_VERSION_ID, config: served.config };
    this.runner();
  }

  /** The function as its LATEST is. */
  get served(): ServedFunction {
    return this.#served;
  }

  /** Those of the qualifiers that have been used, and of deleted ones that still have instances. */
  get runners(): readonly FunctionRunner[] {
    return [...this.#runners.values(), ...this.#leaving];
  }

  /** Where its first trigger answers; undefined without a trigger. */
  set url(url: string | undefined) {
    this.#served = { ...this.#served, url };
  }

  /** Replaces LATEST. */
  deploy(served: ServedFunction): void {
    this.#served = served;
    this.#latest = { versionId: LATEST_VERSION_ID, config: served.config };
    this.runner().deploy(this.#latest);
  }

  /** The same object until the qualifier names another revision. @throws VersionNotFound, AliasNotFound */
  revision(qualifier: string = LATEST): Revision {
    if (qualifier === LATEST) return this.#latest;
    return this.version(/^\d+$/.test(qualifier) ? qualifier : this.alias(qualifier).versionId);
  }

  /** What serves the requests and sessions of a qualifier. @throws VersionNotFound, AliasNotFound */
  runner(qualifier: string = LATEST): FunctionRunner {
    const revision = this.revision(qualifier);
    const known = this.#runners.get(qualifier);
    if (known !== undefined) return known;
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

  /** Ends every instance and forgets every session. */
  async remove(): Promise<void> {
    this.#isEnding = true;
    await Promise.all(this.runners.map((runner) => runner.remove()));
  }

  /** Ends every instance and takes no more requests. */
  async stop(options?: { readonly graceMs?: number }): Promise<void> {
    this.#isEnding = true;
    await Promise.all(this.runners.map((runner) => runner.stop(options)));
  }

  /** @throws ServiceUnavailable */
  #makeRunner(qualifier: string, revision: Revision): FunctionRunner {
    if (this.#isEnding) throw new FcError('ServiceUnavailable', 'the emulator is ending');
    return this.#newRunner({ qualifier, revision, ceiling: this.#ceilingOf(qualifier) });
  }

  #ceilingOf(qualifier: string): InstanceCeiling {
    const most = () => this.#served.config.maxInstances;
    const others = () =>
      [...this.#runners].reduce((sum, [name, { size }]) => (name === qualifier ? sum : sum + size), 0);
    return {
      get most() {
        return most();
      },
      get others() {
        return others();
      },
    };
  }
}
