import { useState } from 'preact/hooks';
import type { WalkthroughStep } from '../../../model/walkthrough-step.js';
import { usePage } from '../page-context.js';
import { StepCard, verdictOf } from './step-card.js';

/** The descriptions of the four requests. */
const REQUESTS = [
  'no cookie: a new session',
  'the cookie of request 1: the same instance',
  'no cookie: another session fills the instance',
  'no cookie: no free slot, so another instance',
];

interface Progress {
  readonly runId: string;
  readonly next: number | null;
}

/** The four documented requests. The emulator sends and judges them with the code of `verify`. */
export function WalkthroughView() {
  const { store, api } = usePage();
  const [progress, setProgress] = useState<Progress>();
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState('');

  async function send(all: boolean): Promise<void> {
    setBusy(true);
    setFailure('');
    try {
      const { functionName, qualifier } = store.shown.value ?? {};
      const runId = progress?.next === null ? undefined : progress?.runId;
      setProgress(await api.post('_emulator/v1/walkthrough', { functionName, qualifier, runId, all }));
    } catch (error) {
      setProgress(undefined);
      setFailure(error instanceof Error ? error.message : String(error));
    }
    setBusy(false);
  }

  const steps = ofLastRun(store.walkthrough.value);
  const isDone = steps.at(-1)?.last === true;
  return (
    <section class="walkthrough" aria-labelledby="walkthrough-title">
      <h2 id="walkthrough-title">The documented walkthrough</h2>
      <p>
        Four requests show what cookie affinity does. The function must have free slots for two sessions on an
        instance, as with <code>--sessions-per-instance 2</code>.
      </p>
      <p class="buttons">
        <button type="button" class="primary" disabled={isBusy} onClick={() => void send(false)}>
          {isDone ? 'Step again' : 'Step'}
        </button>
        <button type="button" disabled={isBusy} onClick={() => void send(true)}>
          Run all
        </button>
        <span role="status">{statusOf(steps, isBusy)}</span>
      </p>
      {failure === '' ? undefined : <p role="alert">{failure}</p>}
      <ol class="steps">
        {REQUESTS.map((title, at) => {
          const step = steps.find(({ n }) => n === at + 1);
          return <StepCard key={title} title={title} step={step} />;
        })}
      </ol>
    </section>
  );
}

function ofLastRun(steps: readonly WalkthroughStep[]): readonly WalkthroughStep[] {
  const runId = steps.at(-1)?.runId;
  return steps.filter((step) => step.runId === runId);
}

function statusOf(steps: readonly WalkthroughStep[], isBusy: boolean): string {
  if (isBusy) return 'sending …';
  if (steps.at(-1)?.last !== true) return steps.length === 0 ? '' : `${steps.length} of 4 requests sent`;
  const failed = steps.filter((step) => verdictOf(step) !== 'passed').length;
  return failed === 0 ? 'done: affinity is kept' : `done: ${failed} of 4 requests are not as documented`;
}
