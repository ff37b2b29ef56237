import { timeOfDay } from '../../../model/human-time.js';
import type { RequestRecord } from '../../../model/request-record.js';
import { shortInstanceId, shortSessionId } from '../../../model/short-id.js';
import { decisionText } from './decision-text.js';

interface RequestRowProps {
  readonly record: RequestRecord;
  /** The number of the row in the table, with the head as row 1. */
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
      <td class="quiet">{at === undefined ? '' : timeOfDay(at)}</td>
      <td>{method}</td>
      <td class="path">
        <button type="button" class="link" title={target} onClick={onShow}>
          {target}
        </button>
      </td>
      <td class="status">{status}</td>
      <td class="number quiet">{durationMs === undefined ? '' : Math.round(durationMs)}</td>
      <td class="id">{sessionId === undefined ? '–' : `${opened}${shortSessionId(sessionId)}`}</td>
      <td class="id">{instanceId === undefined ? '–' : shortInstanceId(instanceId)}</td>
      <td class="decision">{decisionText(record)}</td>
    </tr>
  );
}

function rowClass(status: number | undefined, isSelected: boolean): string {
  const kind = status === undefined || status < 400 ? '' : status < 500 ? 'refused' : 'failed';
  return isSelected ? `${kind} selected` : kind;
}
