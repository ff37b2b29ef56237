import type { Finding } from '../../../model/doctor-report.js';
import { splitAtRequestIds } from './split-at-request-ids.js';

interface FindingCardProps {
  readonly finding: Finding;
  /** Shows a request that is named in the evidence. */
  readonly show: (requestId: string) => void;
}

/** A mistake with affinity: what was seen, and how to mend it. */
export function FindingCard({ finding, show }: FindingCardProps) {
  const { rule, functionName, message, evidence = [], fix } = finding;
  return (
    <li class="finding">
      <h3>
        ✗ {rule}, function {functionName}
      </h3>
      <p>{message}</p>
      <ul>
        {evidence.map((line) => (
          <li key={line}>
            {splitAtRequestIds(line).map(({ text, isRequestId }) =>
              isRequestId ? (
                <button key={text} type="button" class="link" onClick={() => show(text)}>
                  {text}
                </button>
              ) : (
                text
              ),
            )}
          </li>
        ))}
      </ul>
      <p>
        <strong>fix</strong> {fix}
      </p>
    </li>
  );
}
