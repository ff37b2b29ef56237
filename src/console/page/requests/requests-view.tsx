import { useEffect, useRef, useState } from 'preact/hooks';
import { usePage } from '../page-context.js';
import { matchesFilter } from './matches-filter.js';
import { RequestRow } from './request-row.js';
import { visibleRows } from './visible-rows.js';

const ROW_HEIGHT = 28;
const COLUMNS = ['time', 'method', 'path', 'status', 'ms', 'session', 'instance', 'decision'];

/** The requests that have ended, newest first: a table of which only the visible rows are drawn. */
export function RequestsView() {
  const { store, go } = usePage();
  const [filter, setFilter] = useState('');
  const [scrollTop, setScrollTop] = useState(0);
  const [height, setHeight] = useState(600);
  const box = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);

  useEffect(() => {
    const measure = (): void => setHeight(box.current?.clientHeight ?? 600);
    measure();
    addEventListener('resize', measure);
    return () => removeEventListener('resize', measure);
  }, []);

  const selected = store.selectedRequest.value;
  const records = store.requests.value.filter((record) => matchesFilter(record, filter));
  const { from, to, above, below } = visibleRows({
    count: records.length,
    rowHeight: ROW_HEIGHT,
    scrollTop,
    height,
  });

  const show = (at: number): void => {
    const wanted = Math.max(0, Math.min(at, records.length - 1));
    const record = records[wanted];
    if (record === undefined) return;
    go({ screen: 'requests', request: record.requestId });
    scrollTo(box.current, wanted * ROW_HEIGHT);
  };
  useRowKeys((step) => {
    const at = records.findIndex(({ requestId }) => requestId === selected);
    show(at < 0 ? 0 : at + step);
  });

  return (
    <section class="requests" aria-labelledby="requests-title">
      <h2 id="requests-title">Requests</h2>
      <p class="buttons">
        <label>
          Filter{' '}
          <input
            id="request-filter"
            ref={input}
            type="search"
            value={filter}
            placeholder="path, status, session, instance"
            onInput={(event) => setFilter(event.currentTarget.value)}
          />
        </label>
        <span role="status">
          {records.length} of {store.requests.value.length} requests
        </span>
      </p>
      <div class="request-list" ref={box} onScroll={(event) => setScrollTop(event.currentTarget.scrollTop)}>
        <table aria-rowcount={records.length + 1}>
          <thead>
            <tr>
              {COLUMNS.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <tr class="spacer" style={{ height: `${above}px` }} />
            {records.slice(from, to).map((record, at) => (
              <RequestRow
                key={record.requestId}
                record={record}
                row={from + at + 2}
                isSelected={record.requestId === selected}
                onShow={() => go({ screen: 'requests', request: record.requestId })}
              />
            ))}
            <tr class="spacer" style={{ height: `${below}px` }} />
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** `j` goes to the next row and `k` to the one before, except while somebody writes into a field. */
function useRowKeys(go: (step: number) => void): void {
  const latest = useRef(go);
  latest.current = go;
  useEffect(() => {
    const onKeyDown = ({ key, target }: KeyboardEvent): void => {
      if (target instanceof Element && target.closest('input, select, dialog') !== null) return;
      if (key === 'j') latest.current(1);
      if (key === 'k') latest.current(-1);
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, []);
}

/** Scrolls no more than it must, so that the row is in view. */
function scrollTo(box: HTMLElement | null, top: number): void {
  if (box === null) return;
  const isAbove = top < box.scrollTop;
  const isBelow = top + 2 * ROW_HEIGHT > box.scrollTop + box.clientHeight;
  if (isAbove || isBelow) box.scrollTop = Math.max(0, top - box.clientHeight / 2);
}
