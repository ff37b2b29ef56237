import type { CodePreparations, Prepared } from './code-preparations.js';
import type { CodeSource, FunctionCodes } from './function-code.js';
import type { DeployedFunction } from './functions/deployed-function.js';
import type { FunctionRegistry } from './functions/function-registry.js';
import { FcError } from './model/errors.js';
import type { FunctionConfig } from './model/function.js';
import { completeFunction } from './model/function-config.js';
import type { FunctionInput } from './model/function-input.js';
import type { StoredFunction } from './model/function-store.js';
import type {
  FunctionRef,
  FunctionService,
  FunctionSettings,
  JsonBody,
  ScalingConfig,
  ScalingStatus,
  ServedFunction,
} from './model/services.js';
import { MOUNT_FIELDS } from './model/session.js';
import type { ServedFunctions } from './served-functions.js';

interface FunctionOperationsOptions {
  readonly registry: FunctionRegistry;
  readonly served: ServedFunctions;
  readonly codes: FunctionCodes;
  readonly preparations: CodePreparations;
  readonly maxSessionTTLInSeconds: number | undefined;
  /** On the session clock. */
  readonly now: () => number;
  readonly onDefect: (what: string, error: unknown) => void;
}

/** Creates, changes and deletes functions at run time. */
export class FunctionOperations implements FunctionService, FunctionSettings {
  readonly #options: FunctionOperationsOptions;

  constructor(options: FunctionOperationsOptions) {
    this.#options = options;
  }

  list(): Promise<readonly ServedFunction[]> {
    return this.#options.registry.list();
  }

  get(ref: FunctionRef): Promise<ServedFunction> {
    return this.#options.registry.get(ref);
  }

  async create(body: JsonBody): Promise<ServedFunction> {
    const { registry, codes, served, preparations } = this.#options;
    const { input, code, echo } = await parse(body);
    const { functionName } = input;
    if (functionName === undefined) throw new FcError('InvalidArgument', 'functionName is required');
    if (registry.has(functionName))
      throw new FcError('FunctionAlreadyExists', `function '${functionName}' already exists`);
    this.#complete({ ...input, functionName });
    const source =
      (await codes.find({ functionName, code, directory: input.codeDirectory })) ?? (await codes.empty());
    const said = withCode({ ...input, functionName }, source, echo);
    const config = this.#complete(said);
    await served.add({ config, triggers: [] }, { said, echo, progress: { state: 'Pending' } });
    const one = registry.find({ functionName });
    const pending = one.served;
    void preparations.run(one, { source, config }, (outcome) =>
      registry.note(one, { progress: active(outcome) }),
    );
    return pending;
  }

  /** Serves a function that was kept over a restart. */
  async restore(stored: StoredFunction): Promise<void> {
    const { registry, served, preparations } = this.#options;
    const { functionName, said, echo } = stored;
    const config = this.#complete(said);
    await served.add({ config, triggers: [] }, { said, echo, stored, progress: { state: 'Pending' } });
    const one = registry.find({ functionName });
    await preparations.run(one, { source: { directory: config.codeDirectory }, config }, (outcome) =>
      registry.note(one, { progress: active(outcome) }),
    );
  }

  async update(functionName: string, body: JsonBody): Promise<ServedFunction> {
    const { registry, codes, preparations } = this.#options;
    const { input, code, echo } = await parse(body);
    const one = registry.find({ functionName });
    if (preparations.has(one))
      throw new FcError(
        'ConcurrentUpdateError',
        `function '${functionName}' is being ${one.served.progress.state === 'Pending' ? 'created' : 'updated'}: wait until that is done`,
      );
    const before = one.said;
    const merged = { ...before, ...input, functionName };
    this.#complete(merged);
    const found = await codes.find({ functionName, code, directory: input.codeDirectory });
    if (registry.find({ functionName }) !== one || one.said !== before)
      throw new FcError('ConcurrentUpdateError', `function '${functionName}' has been changed meanwhile`);
    const source = found ?? { directory: one.served.config.codeDirectory, ...codeOf(one) };
    const allEcho = { ...one.served.echo, ...echo };
    const said = withCode(merged, source, allEcho);
    const config = this.#complete(said);
    registry.note(one, { lastUpdate: { state: 'InProgress' } });
    const prepared = preparations.run(one, { source, config }, (outcome) => {
      if (outcome.state === 'Failed') return registry.note(one, { lastUpdate: outcome });
      one.said = said;
      registry.update(config, {
        echo: allEcho,
        progress: { state: 'Active' },
        lastUpdate: { state: 'Successful' },
      });
    });
    if (source.unpack === undefined) await prepared;
    return one.served;
  }

  async delete(functionName: string): Promise<void> {
    const { registry, served, preparations, onDefect } = this.#options;
    const one = registry.find({ functionName });
    preparations.abort(one);
    served.remove(functionName).then(
      () => preparations.removeUnusedCode(),
      (error: unknown) => onDefect(`function '${functionName}' could not be removed`, error),
    );
  }

  async concurrency(functionName: string): Promise<number | undefined> {
    return this.#options.registry.find({ functionName }).reservedConcurrency;
  }

  async setConcurrency(functionName: string, reservedConcurrency: number | undefined): Promise<void> {
    const { registry } = this.#options;
    const one = registry.find({ functionName });
    one.reservedConcurrency = reservedConcurrency;
    registry.changed(one);
  }

  async scaling(ref: FunctionRef): Promise<ScalingStatus | undefined> {
    const one = this.#options.registry.find(ref);
    one.revision(ref.qualifier);
    const config = one.scaling.get(ref.qualifier ?? 'LATEST');
    if (config === undefined) return undefined;
    const currentInstances = one.runner(ref.qualifier).size;
    return { ...config, currentInstances, targetInstances: config.minInstances };
  }

  async setScaling(ref: FunctionRef, config: ScalingConfig | undefined): Promise<void> {
    const { registry } = this.#options;
    const one = registry.find(ref);
    const { qualifier = 'LATEST' } = ref;
    const runner = one.runner(qualifier);
    const most = one.reservedConcurrency ?? one.served.config.maxInstances;
    if (config !== undefined && config.minInstances > most)
      throw new FcError(
        'InvalidArgument',
        `minInstances must be an integer from 0 to ${most}, got "${config.minInstances}"`,
      );
    if (config === undefined) one.scaling.delete(qualifier);
    else one.scaling.set(qualifier, config);
    runner.keepMinimum();
    registry.changed(one);
  }

  async disable(
    functionName: string,
    { reason, abortOngoingRequest }: { readonly reason: string; readonly abortOngoingRequest: boolean },
  ): Promise<void> {
    const { registry, served, now } = this.#options;
    const one = registry.find({ functionName });
    registry.note(one, { restriction: { reason, lastModifiedAt: now() } });
    if (abortOngoingRequest) served.cutOff(functionName);
  }

  async enable(functionName: string): Promise<void> {
    const { registry } = this.#options;
    registry.note(registry.find({ functionName }), { restriction: undefined });
  }

  #complete(input: FunctionInput): FunctionConfig {
    const { maxSessionTTLInSeconds: most } = this.#options;
    return completeFunction({ ...input, ...(most !== undefined && { maxSessionTTLInSeconds: most }) });
  }
}

/** @returns what is said, with where the code is, and which storage is not mounted */
function withCode(
  { code: _, mounts: __, ...input }: FunctionInput,
  { directory: codeDirectory, code }: CodeSource,
  echo: JsonBody,
): FunctionInput {
  const mounts = MOUNT_FIELDS.filter((field) => hasMountPoints(echo[field]));
  return {
    ...input,
    codeDirectory,
    ...(code !== undefined && { code }),
    ...(mounts.length > 0 && { mounts }),
  };
}

function hasMountPoints(config: unknown): boolean {
  if (typeof config !== 'object' || config === null || !('mountPoints' in config)) return false;
  return Array.isArray(config.mountPoints) && config.mountPoints.length > 0;
}

function codeOf({ served }: DeployedFunction): Pick<CodeSource, 'code'> {
  const { code } = served.config;
  return code === undefined ? {} : { code };
}

async function parse(body: unknown) {
  const { parseFunction } = await import('./schema/index.js');
  return parseFunction(body);
}

function active(outcome: Prepared): ServedFunction['progress'] {
  return outcome.state === 'Failed' ? { ...outcome, state: 'Failed' } : { state: 'Active' };
}
