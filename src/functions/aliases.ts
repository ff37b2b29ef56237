import { FcError } from '../model/errors.js';
import type { FunctionAlias } from '../model/function.js';
import { pageByName } from '../model/page-by-name.js';
import type {
  AliasRef,
  AliasService,
  CreateAliasInput,
  ListAliasesQuery,
  NamedFunction,
  UpdateAliasInput,
} from '../model/services.js';
import { apiTime } from '../model/session.js';
import type { Alias, AliasPage } from '../model/version.js';
import type { FunctionRegistry } from './function-registry.js';

interface AliasesOptions {
  readonly registry: FunctionRegistry;
  /** The time of the session clock. */
  readonly now: () => number;
}

/** The aliases of all functions. */
export class Aliases implements AliasService {
  readonly #options: AliasesOptions;

  constructor(options: AliasesOptions) {
    this.#options = options;
  }

  async create({ functionName }: NamedFunction, input: CreateAliasInput): Promise<Alias> {
    const { registry, now } = this.#options;
    const found = registry.find({ functionName });
    const { aliasName, versionId, description = '' } = input;
    if (found.aliases.has(aliasName))
      throw new FcError('AliasAlreadyExists', `alias '${aliasName}' already exists`);
    found.version(versionId);
    const at = now();
    const created = { aliasName, versionId, description, createdAt: at, lastModifiedAt: at };
    found.setAlias(created);
    const alias = toAlias(created);
    registry.changed(found, () => ({ type: 'alias.created', functionName, alias }));
    return alias;
  }

  async get({ functionName, aliasName }: AliasRef): Promise<Alias> {
    return toAlias(this.#options.registry.find({ functionName }).alias(aliasName));
  }

  async update({ functionName, aliasName }: AliasRef, input: UpdateAliasInput): Promise<Alias> {
    const { registry, now } = this.#options;
    const found = registry.find({ functionName });
    const earlier = found.alias(aliasName);
    const { versionId = earlier.versionId, description = earlier.description } = input;
    found.version(versionId);
    const updated = { ...earlier, versionId, description, lastModifiedAt: now() };
    found.setAlias(updated);
    const alias = toAlias(updated);
    registry.changed(found, () => ({ type: 'alias.updated', functionName, alias }));
    return alias;
  }

  async delete({ functionName, aliasName }: AliasRef): Promise<void> {
    const { registry } = this.#options;
    const found = registry.find({ functionName });
    const alias = toAlias(found.alias(aliasName));
    const revision = found.revision(aliasName);
    found.aliases.delete(aliasName);
    found.scaling.delete(aliasName);
    registry.changed(found, () => ({ type: 'alias.deleted', functionName, alias }));
    // Never rejects.
    void found.removeRunner(aliasName, revision);
  }

  async list({ functionName, ...query }: ListAliasesQuery): Promise<AliasPage> {
    const all = [...this.#options.registry.find({ functionName }).aliases.values()];
    const { page, ...next } = pageByName(all, ({ aliasName }) => aliasName, query);
    return { aliases: page.map(toAlias), ...next };
  }
}

function toAlias({ aliasName, versionId, description, createdAt, lastModifiedAt }: FunctionAlias): Alias {
  return {
    aliasName,
    versionId,
    description,
    createdTime: apiTime(createdAt),
    lastModifiedTime: apiTime(lastModifiedAt),
  };
}
