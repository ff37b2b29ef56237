import type { Finding } from '../../../model/doctor-report.js';
import { splitAtRequestIds } from './split-at-request-ids.js';

interface FindingCardProps {
  readonly finding: Finding;
  /** Called with the ID of a request in the evidence, to show that request. */
  readonly show: (requestId: string) => void;
}

/** A mistake with affinity: its evidence and its fix. */
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
