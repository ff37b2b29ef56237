import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { RequestRecord } from '../../../model/request-record.js';

/** The height of a row of the list, as the style sheet has it. */
export const ROW_HEIGHT = 28;

interface List {
  readonly box: RefObject<HTMLDivElement | null>;
  /** Newest first. */
  readonly records: readonly RequestRecord[];
  readonly selected: string | undefined;
  readonly select: (requestId: string) => void;
}

/** Moves the selection by `j`, `k` and the arrow keys, and keeps the rows in their place while new requests come above them. */
export function useRowKeys({ box, records, selected, select }: List): (event: KeyboardEvent) => void {
  const focused = useRef<string | undefined>(undefined);
  const top = useRef<{ readonly requestId: string; readonly at: number } | undefined>(undefined);

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const { requestId, at } = top.current ?? {};
    const isScrolled = element.scrollTop > ROW_HEIGHT;
    const nowAt = isScrolled ? records.findIndex((record) => record.requestId === requestId) : -1;
    if (nowAt > 0 && at !== undefined) element.scrollTop += (nowAt - at) * ROW_HEIGHT;
    const first = Math.floor(element.scrollTop / ROW_HEIGHT);
    const record = records[first];
    top.current = record && { requestId: record.requestId, at: first };
  });

  // Before the browser draws: a later key finds the focus on the row. The row of a key is drawn only after the list was scrolled to it.
  useLayoutEffect(() => {
    if (focused.current === undefined || focused.current !== selected) return;
    const isWriting = document.activeElement?.matches('input, select, textarea') === true;
    const row = box.current?.querySelector<HTMLElement>('tr[aria-current] button');
    if (!row && !isWriting) return;
    focused.current = undefined;
    if (!isWriting) row?.focus({ preventScroll: true });
  });

  return (event) => {
    const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    // The address of the page, and with it the selection, changes a moment after a key.
    const current = focused.current ?? selected;
    const at = records.findIndex(({ requestId }) => requestId === current);
    const next = Math.max(0, Math.min(at + step, records.length - 1));
    const record = records[next];
    if (record === undefined) return;
    event.preventDefault();
    scrollTo(box.current, next);
    focused.current = record.requestId;
    select(record.requestId);
  };
}

function scrollTo(element: HTMLElement | null, row: number): void {
  if (element === null) return;
  const top = row * ROW_HEIGHT;
  // The head of the table stands above the rows and covers one of them.
  const bottom = top + 2 * ROW_HEIGHT;
  if (top < element.scrollTop) element.scrollTop = top;
  else if (bottom > element.scrollTop + element.clientHeight)
    element.scrollTop = bottom - element.clientHeight;
}
