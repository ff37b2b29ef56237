import { FcError } from '../model/errors.js';
import type { InstanceInfo, LogLine } from '../model/instance.js';
import type { FunctionRef, InstanceService } from '../model/services.js';
import type { Deployments, FunctionRunner } from './deployments.js';

/** The instances of all functions, under one roof. */
export class Instances implements InstanceService {
  readonly #deployments: Deployments;

  constructor(deployments: Deployments) {
    this.#deployments = deployments;
  }

  async list(ref?: FunctionRef): Promise<readonly InstanceInfo[]> {
    const deployments = ref === undefined ? this.#deployments.all() : [this.#deployments.find(ref)];
    return deployments.flatMap(({ runner }) => runner.instances());
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
    const waiting: LogLine[] = [...log.lines()];
    let wake = (): void => {};
    let isOver = signal.aborted;
    const end = (): void => {
      isOver = true;
      wake();
    };
    const unfollow = log.follow((line) => {
      waiting.push(line);
      wake();
    });
    signal.addEventListener('abort', end);
    // An instance that has ended settles at once; nothing of it is lost, its lines are read first.
    void runner.exited(instanceId).then(end);
    try {
      while (!signal.aborted) {
        yield* waiting.splice(0);
        if (isOver && waiting.length === 0) return;
        if (waiting.length > 0) continue;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      unfollow();
      signal.removeEventListener('abort', end);
    }
  }

  #runnerWithLog(instanceId: string): FunctionRunner {
    const runner = this.#runners().find((one) => one.log(instanceId) !== undefined);
    if (runner === undefined) throw notFound(instanceId);
    return runner;
  }

  #runners(): FunctionRunner[] {
    return this.#deployments.all().map(({ runner }) => runner);
  }
}

function notFound(instanceId: string): FcError {
  return new FcError('InstanceNotFound', `instance '${instanceId}' does not exist`);
}
