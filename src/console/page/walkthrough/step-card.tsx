import type { WalkthroughCheck, WalkthroughStep } from '../../../model/walkthrough-step.js';

interface StepCardProps {
  /** The description of the request. */
  readonly title: string;
  /** The result; undefined before the request is sent. */
  readonly step: WalkthroughStep | undefined;
}

/** One of the four requests: the request, its response, the expectations and the results. */
export function StepCard({ title, step }: StepCardProps) {
  if (step === undefined)
    return (
      <li class="step waiting">
        <h3>{title}</h3>
      </li>
    );
  const { request, response, expected, seen, checks = [] } = step;
  const verdict = verdictOf(step);
  return (
    <li class={`step ${verdict}`}>
      <h3>
        {title}{' '}
        <span class={`badge ${verdict}`}>
          {MARKS[verdict]} {verdict === 'skipped' ? 'not judged' : verdict}
        </span>
      </h3>
      <div class="messages">
        {request === undefined ? undefined : (
          <Message title="request" first={`${request.method} ${request.url}`} headers={request.headers} />
        )}
        {response === undefined ? undefined : (
          <Message
            title="response"
            first={`${response.status}`}
            headers={response.headers}
            body={response.bodyStart}
          />
        )}
      </div>
      <dl>
        <dt>expected</dt>
        <dd>{expected}</dd>
        <dt>seen</dt>
        <dd>{seen}</dd>
      </dl>
      <details>
        <summary>
          {checks.filter(({ status }) => status === 'passed').length} of {checks.length} checks passed
        </summary>
        <ul>
          {checks.map((check) => (
            <CheckLine key={check.id} check={check} />
          ))}
        </ul>
      </details>
    </li>
  );
}

/** A request with only skipped checks has neither passed nor failed. */
export function verdictOf({ ok, checks = [] }: WalkthroughStep): WalkthroughCheck['status'] {
  if (ok) return 'passed';
  return checks.length > 0 && checks.every(({ status }) => status === 'skipped') ? 'skipped' : 'failed';
}

interface MessageProps {
  readonly title: string;
  readonly first: string;
  readonly headers: readonly string[] | undefined;
  readonly body?: string | undefined;
}

function Message({ title, first, headers = [], body = '' }: MessageProps) {
  return (
    <figure>
      <figcaption>{title}</figcaption>
      <pre>{[first, ...headers, ...(body === '' ? [] : ['', body])].join('\n')}</pre>
    </figure>
  );
}

const MARKS = { passed: '✓', failed: '✗', skipped: '–' };

function CheckLine({ check }: { readonly check: WalkthroughCheck }) {
  const { id, title, status, expected, actual, reason } = check;
  return (
    <li class={status}>
      {MARKS[status]} <code>{id}</code> {title}
      {status === 'failed' ? `: expected ${expected}, seen ${actual}` : undefined}
      {status === 'skipped' && reason !== undefined ? `: skipped, ${reason}` : undefined}
    </li>
  );
}
