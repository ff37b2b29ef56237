import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { usePage } from '../page-context.js';
import { FilterField } from '../shell/filter-field.js';
import { matchesFilter } from './matches-filter.js';
import { RequestRow } from './request-row.js';
import { ROW_HEIGHT, useRowKeys } from './use-row-keys.js';
import { visibleRows } from './visible-rows.js';

const COLUMNS = ['time', 'method', 'path', 'status', 'ms', 'session', 'instance', 'decision'];

/** The requests that have ended, newest first: a table of which only the visible rows are drawn. */
export function RequestsView() {
  const { store, go } = usePage();
  const [filter, setFilter] = useState('');
  const [scrollTop, setScrollTop] = useState(0);
  const [height, setHeight] = useState(600);
  const box = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const measure = (): void => setHeight(box.current?.clientHeight ?? 600);
    measure();
    addEventListener('resize', measure);
    return () => removeEventListener('resize', measure);
  }, []);

  const all = store.requests.value;
  const selected = store.selectedRequest.value;
  const records = all.filter((record) => matchesFilter(record, filter));
  const { from, to, above, below } = visibleRows({
    count: records.length,
    rowHeight: ROW_HEIGHT,
    scrollTop,
    height,
  });
  const select = (requestId: string): void => go({ screen: 'requests', request: requestId });
  const onRowKey = useRowKeys({ box, records, selected, select });
  const onKey = useRef(onRowKey);
  onKey.current = onRowKey;

  useLayoutEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const { target } = event;
      const isElsewhere =
        target instanceof Element &&
        target.closest('input, select, textarea, dialog, aside, header') !== null;
      if (!isElsewhere) onKey.current(event);
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, []);

  return (
    <section class="requests" aria-labelledby="requests-title">
      <div class="view-head">
        <h2 id="requests-title">Requests</h2>
        <FilterField
          id="request-filter"
          value={filter}
          looksAt="path, 429, 4xx, session, instance"
          onChange={setFilter}
        />
        <span role="status" class="quiet">
          {records.length === all.length ? `${all.length}` : `${records.length} of ${all.length}`} requests
        </span>
      </div>
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
                onShow={() => select(record.requestId)}
              />
            ))}
            <tr class="spacer" style={{ height: `${below}px` }} />
          </tbody>
        </table>
        {records.length === 0 ? (
          <p class="empty">
            {all.length === 0
              ? 'No request has ended yet. Send one to the address of the function.'
              : 'No request has every word of the filter.'}
          </p>
        ) : undefined}
      </div>
    </section>
  );
}
