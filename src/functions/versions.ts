import { FcError } from '../model/errors.js';
import type { FunctionVersion } from '../model/function.js';
import type { ListVersionsQuery, NamedFunction, VersionRef, VersionService } from '../model/services.js';
import { apiTime } from '../model/session.js';
import type { Version, VersionPage } from '../model/version.js';
import type { FunctionRegistry } from './function-registry.js';

const PER_PAGE = 20;

interface VersionsOptions {
  readonly registry: FunctionRegistry;
  /** The time of the session clock. */
  readonly now: () => number;
}

/** The published versions of all functions. */
export class Versions implements VersionService {
  readonly #options: VersionsOptions;

  constructor(options: VersionsOptions) {
    this.#options = options;
  }

  async publish(
    ref: NamedFunction,
    { description = '' }: { readonly description?: string } = {},
  ): Promise<Version> {
    const { registry, now } = this.#options;
    const found = registry.find(ref);
    const version = toVersion(found.publish({ description, now: now() }));
    registry.changed(found, () => ({ type: 'version.published', functionName: ref.functionName, version }));
    return version;
  }

  /** A token is the last number of its page, so versions may be published and deleted between two pages. */
  async list({
    functionName,
    direction = 'BACKWARD',
    limit = PER_PAGE,
    nextToken,
  }: ListVersionsQuery): Promise<VersionPage> {
    const { versions } = this.#options.registry.find({ functionName });
    const isForward = direction === 'FORWARD';
    const inOrder = isForward ? [...versions.values()] : [...versions.values()].reverse();
    const last = nextToken === undefined ? undefined : Number(Buffer.from(nextToken, 'base64').toString());
    const rest = inOrder.filter(
      ({ versionId }) => last === undefined || (isForward ? +versionId > last : +versionId < last),
    );
    const page = rest.slice(0, limit).map(toVersion);
    const end = page.at(-1);
    if (end === undefined || page.length === rest.length) return { versions: page, direction };
    return { versions: page, direction, nextToken: Buffer.from(end.versionId).toString('base64') };
  }

  async delete({ functionName, versionId }: VersionRef): Promise<void> {
    const { registry } = this.#options;
    const found = registry.find({ functionName });
    const revision = found.version(versionId);
    const version = toVersion(revision);
    const users = [...found.aliases.values()].filter((alias) => alias.versionId === versionId);
    if (users.length > 0) {
      const names = users.map(({ aliasName }) => `'${aliasName}'`).join(', ');
      throw new FcError(
        'PreconditionFailed',
        `version '${versionId}' cannot be deleted: alias ${names} names it; move or delete the alias first`,
      );
    }
    found.versions.delete(versionId);
    found.scaling.delete(versionId);
    registry.changed(found, () => ({ type: 'version.deleted', functionName, version }));
    // Never rejects.
    void found.removeRunner(versionId, revision);
  }
}

function toVersion({ versionId, description, createdAt, lastModifiedAt }: FunctionVersion): Version {
  return {
    versionId,
    description,
    createdTime: apiTime(createdAt),
    lastModifiedTime: apiTime(lastModifiedAt),
  };
}
