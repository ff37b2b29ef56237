import { boundedFeed } from '../model/bounded-feed.js';
import { FcError } from '../model/errors.js';
import type { InstanceInfo, LogLine } from '../model/instance.js';
import type { FunctionRef, InstanceService } from '../model/services.js';
import type { FunctionRegistry } from './function-registry.js';
import type { FunctionRunner } from './function-runner.js';

/** The instances of all functions. */
export class Instances implements InstanceService {
  readonly #registry: FunctionRegistry;

  constructor(registry: FunctionRegistry) {
    this.#registry = registry;
  }

  async list(
    ref?: FunctionRef,
    { ended = false }: { readonly ended?: boolean } = {},
  ): Promise<readonly InstanceInfo[]> {
    const runners = ref === undefined ? this.#runners() : this.#runnersOf(ref);
    const running = runners.flatMap((runner) => runner.instances());
    return ended ? [...running, ...runners.flatMap((runner) => runner.endedInstances())] : running;
  }

  async kill(instanceId: string): Promise<void> {
    const runner = this.#runners().find((one) => one.has(instanceId));
    if (runner === undefined) throw notFound(instanceId);
    await runner.kill(instanceId);
  }

  async logs(instanceId: string): Promise<readonly LogLine[]> {
    const log = this.#runnerWithLog(instanceId).log(instanceId);
    return log === undefined ? [] : [...log.lines()];
  }

  async *followLogs(instanceId: string, signal: AbortSignal): AsyncGenerator<LogLine> {
    const runner = this.#runnerWithLog(instanceId);
    const log = runner.log(instanceId);
    if (log === undefined) return;
    let last = 0;
    yield* boundedFeed<LogLine>({
      first: log.lines(),
      subscribe: (listener) =>
        log.follow((line) => {
          last = line.at;
          listener(line);
        }),
      signal,
      ended: runner.exited(instanceId),
      gap: (missed) => ({
        at: last,
        source: 'platform',
        text: `${missed} lines are missing here: the instance printed them faster than they were read`,
      }),
    });
  }

  #runnerWithLog(instanceId: string): FunctionRunner {
    const runner = this.#runners().find((one) => one.log(instanceId) !== undefined);
    if (runner === undefined) throw notFound(instanceId);
    return runner;
  }

  #runnersOf(ref: FunctionRef): readonly FunctionRunner[] {
    const found = this.#registry.find(ref);
    return ref.qualifier === undefined ? found.runners : [found.runner(ref.qualifier)];
  }

  #runners(): FunctionRunner[] {
    return this.#registry.all().flatMap(({ runners }) => runners);
  }
}

function notFound(instanceId: string): FcError {
  return new FcError('InstanceNotFound', `instance '${instanceId}' does not exist`);
}
