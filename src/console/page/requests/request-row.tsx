import { timeOfDay } from '../../../model/human-time.js';
import type { RequestRecord } from '../../../model/request-record.js';
import { shortInstanceId, shortSessionId } from '../../../model/short-id.js';
import { decisionText } from './decision-text.js';

interface RequestRowProps {
  readonly record: RequestRecord;
  /** Its number in the table, the head counted. */
  readonly row: number;
  readonly isSelected: boolean;
  readonly onShow: () => void;
}

/** A request in the list. Any field of the record may be missing. */
export function RequestRow({ record, row, isSelected, onShow }: RequestRowProps) {
  const { at, method, target, status, durationMs, decision } = record;
  const { sessionId, instanceId, session } = decision ?? {};
  const opened = session === 'opened' || session === 'reopened' ? '+' : '';
  return (
    <tr
      class={rowClass(status, isSelected)}
      aria-rowindex={row}
      aria-current={isSelected ? 'true' : undefined}
    >
      <td>{at === undefined ? '' : timeOfDay(at)}</td>
      <td>{method}</td>
      <td class="path">
        <button type="button" class="link" onClick={onShow}>
          {target}
        </button>
      </td>
      <td>{status}</td>
      <td>{durationMs === undefined ? '' : Math.round(durationMs)}</td>
      <td>{sessionId === undefined ? '–' : `${opened}${shortSessionId(sessionId)}`}</td>
      <td>{instanceId === undefined ? '–' : shortInstanceId(instanceId)}</td>
      <td>{decisionText(record)}</td>
    </tr>
  );
}

function rowClass(status: number | undefined, isSelected: boolean): string {
  return `${status !== undefined && status >= 400 ? 'refused ' : ''}${isSelected ? 'selected' : ''}`;
}
