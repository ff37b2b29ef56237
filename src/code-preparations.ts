import type { CodeSource } from './function-code.js';
import type { DeployedFunction } from './functions/deployed-function.js';
import type { FunctionRegistry } from './functions/function-registry.js';
import { asFcError, FcError, messageOf } from './model/errors.js';
import type { FunctionConfig, Revision } from './model/function.js';
import type { Progress } from './model/services.js';

interface CodePreparationsOptions {
  readonly registry: FunctionRegistry;
  /** The revisions that have instances, also those of deleted functions. */
  readonly revisions: () => Iterable<Revision>;
  /** Removes the uploaded code outside these directories. */
  readonly removeUnused: (used: ReadonlySet<string>) => Promise<void>;
  /** Looks up the command of a function. @throws CAFileNotFound, also for a runtime or an image that is not emulated */
  readonly checkCommand: (config: FunctionConfig) => void;
  readonly onDefect: (what: string, error: unknown) => void;
}

interface Preparation {
  readonly directory: string;
  readonly controller: AbortController;
}

/** How a preparation ended. */
export type Prepared = Progress<'Successful' | 'Failed'>;

/** Unpacks the code of new revisions, and removes the code that no revision and no instance uses any more. */
export class CodePreparations {
  readonly #options: CodePreparationsOptions;
  /** Functions whose code is being unpacked. */
  readonly #preparing = new Map<DeployedFunction, Preparation>();
  /** Their preparations, those of deleted functions included. None rejects. */
  readonly #running = new Set<Promise<unknown>>();

  constructor(options: CodePreparationsOptions) {
    this.#options = options;
  }

  /** Whether the code of the function is being unpacked. */
  has(one: DeployedFunction): boolean {
    return this.#preparing.has(one);
  }

  /** Stops the preparation of a function. Its `done` is then not called. */
  abort(one: DeployedFunction): void {
    this.#preparing.get(one)?.controller.abort();
  }

  /** Unpacks the code, looks the command up, and says how that went. Never rejects. */
  async run(
    one: DeployedFunction,
    {
      source: { directory, unpack },
      config,
    }: { readonly source: CodeSource; readonly config: FunctionConfig },
    done: (outcome: Prepared) => void,
  ): Promise<void> {
    const controller = new AbortController();
    const running = this.#outcomeOf(config, unpack?.(controller.signal));
    this.#preparing.set(one, { directory, controller });
    this.#running.add(running);
    const outcome = await running;
    this.#running.delete(running);
    this.#preparing.delete(one);
    if (!controller.signal.aborted) done(outcome);
    this.removeUnusedCode();
  }

  removeUnusedCode(): void {
    const { registry, revisions, removeUnused, onDefect } = this.#options;
    const used = new Set([...this.#preparing.values()].map(({ directory }) => directory));
    for (const one of registry.all()) {
      for (const { config } of one.versions.values()) used.add(config.codeDirectory);
      used.add(one.served.config.codeDirectory);
    }
    for (const { config } of revisions()) used.add(config.codeDirectory);
    removeUnused(used).catch((error: unknown) => onDefect('unused code could not be removed', error));
  }

  /** Stops every preparation. Resolves when none writes any more. */
  async close(): Promise<void> {
    for (const { controller } of this.#preparing.values()) controller.abort();
    await Promise.all(this.#running);
  }

  async #outcomeOf(config: FunctionConfig, unpacked: Promise<void> | undefined): Promise<Prepared> {
    try {
      await unpacked;
      this.#options.checkCommand(config);
      return { state: 'Successful' };
    } catch (error) {
      return failed(error);
    }
  }
}

function failed(error: unknown): Progress<'Failed'> {
  if (!(error instanceof FcError)) {
    const reason = `the code could not be unpacked: ${messageOf(error)}`;
    return { state: 'Failed', reason, reasonCode: 'InvalidArgument' };
  }
  const { code, message, fix } = asFcError(error);
  return { state: 'Failed', reason: message, reasonCode: code, ...(fix !== undefined && { fix }) };
}
