import type { Clock } from './model/clock.js';
import type { FunctionState } from './model/console-events.js';
import type { ConsoleService } from './model/console-service.js';
import { FcError } from './model/errors.js';
import type { Emit } from './model/events.js';
import { LATEST } from './model/function.js';
import type { LiveState } from './model/live-state.js';
import type { ControlPlane } from './model/services.js';
import type { WalkthroughInput, WalkthroughStep } from './model/walkthrough-step.js';
import type { WalkthroughRun } from './verify/walkthrough-run.js';

interface ConsoleServiceOptions {
  readonly control: ControlPlane;
  readonly live: LiveState;
  readonly emit: Emit;
  /** The process clock. */
  readonly clock: Clock;
  readonly newRunId: () => string;
}

/** Loads the code of `doctor` and `verify` when the console first asks for it. */
export function createConsoleService(options: ConsoleServiceOptions): ConsoleService {
  const { control, live, emit, clock, newRunId } = options;
  let run: WalkthroughRun | undefined;
  /** Calls go one after the other. */
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const result = last.then(act);
    last = result.catch(() => {});
    return result;
  };

  const begin = async ({ functionName, qualifier }: WalkthroughInput): Promise<WalkthroughRun> => {
    const found = walked(live.functions(functionName), { functionName, qualifier });
    await run?.end();
    const { WalkthroughRun } = await import('./verify/walkthrough-run.js');
    run = new WalkthroughRun({
      runId: newRunId(),
      functionName: found.functionName,
      qualifier: found.qualifier,
      target: {
        url: found.url,
        control,
        functionName: found.functionName,
        qualifier: found.qualifier,
        clock,
      },
      onStep: (step) => emit(() => ({ type: 'walkthrough.step', ...step })),
    });
    return run;
  };

  return {
    async history({ sessionId, functionName, qualifier }) {
      const { sessionHistory } = await import('./diagnose/session-history.js');
      const all = await control.requests.list({ sessionId, functionName });
      const records = all.filter((one) => qualifier === undefined || one.qualifier === qualifier);
      const known = live
        .functions(functionName)
        .filter((one) => qualifier === undefined || one.qualifier === qualifier)
        .flatMap((one) => live.session({ ...one, sessionId }) ?? [])
        .sort((one, other) => other.createdAt - one.createdAt)[0];
      const ref = known ?? records.at(-1);
      if (ref === undefined) throw new FcError('SessionNotFound', `session '${sessionId}' does not exist`);
      const named = { sessionId, functionName: ref.functionName, qualifier: ref.qualifier };
      const own = records.filter(
        (one) => one.functionName === ref.functionName && one.qualifier === ref.qualifier,
      );
      return sessionHistory(named, known, own);
    },
    async doctor() {
      const [{ doctorReport }, { factsOf }, records, served] = await Promise.all([
        import('./diagnose/doctor.js'),
        import('./diagnose/function-facts.js'),
        control.requests.list(),
        control.functions.list(),
      ]);
      return doctorReport(
        records,
        served.map(({ config }) => factsOf(config)),
      );
    },
    walk: (input) =>
      inTurn(async () => {
        if (input.runId !== undefined && input.runId !== run?.runId) throw notUnderWay(input.runId);
        const current = input.runId === undefined || run === undefined ? await begin(input) : run;
        const steps: WalkthroughStep[] = [];
        while (current.next !== null && (steps.length === 0 || input.all === true))
          steps.push(await current.step());
        return { runId: current.runId, steps, next: current.next };
      }),
    async endWalk() {
      const ending = run;
      run = undefined;
      await ending?.end();
    },
  };
}

/** @throws FunctionNotFound, InvalidArgument */
function walked(
  functions: readonly FunctionState[],
  { functionName, qualifier = LATEST }: WalkthroughInput,
): FunctionState & { readonly url: string } {
  if (functionName !== undefined && functions.length === 0)
    throw new FcError('FunctionNotFound', `function '${functionName}' does not exist`);
  const named = functions.filter((one) => one.qualifier === qualifier);
  const found = named.find(({ affinity }) => affinity === 'GENERATED_COOKIE');
  if (found === undefined) {
    const what = functionName === undefined ? 'no function has' : `function '${functionName}' has not`;
    throw new FcError(
      'InvalidArgument',
      `${what} sessionAffinity GENERATED_COOKIE: the walkthrough shows the session cookie`,
      { fix: 'serve it with --affinity cookie' },
    );
  }
  const { url } = found;
  if (url === null)
    throw new FcError(
      'InvalidArgument',
      `function '${found.functionName}' has no HTTP trigger for ${qualifier}`,
    );
  return { ...found, url };
}

function notUnderWay(runId: string): FcError {
  const shown = JSON.stringify(runId.slice(0, 80));
  return new FcError(
    'InvalidArgument',
    `runId must be that of the walkthrough that is under way, got ${shown}`,
    {
      fix: 'leave runId out, which begins a new one',
    },
  );
}
