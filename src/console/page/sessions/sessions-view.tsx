import { useState } from 'preact/hooks';
import type { SessionState } from '../../../model/console-events.js';
import { shortInstanceId, shortSessionId } from '../../../model/short-id.js';
import { usePage } from '../page-context.js';
import { FilterField } from '../shell/filter-field.js';
import { sessionKey } from '../store/session-key.js';
import { SOON_MS, timeLeft, timeLeftText } from '../store/time-left.js';

/** The filter finds the sessions that are not among these rows. */
const MOST_SHOWN = 200;

/** The sessions of the function as a list, sorted by their end. */
export function SessionsView() {
  const { store, go } = usePage();
  const [filter, setFilter] = useState('');
  const now = store.now.value;
  const selected = store.selectedSession.value;
  const wanted = filter.trim().toLowerCase();
  const sessions = [...store.sessions.value].filter((session) => matches(session, wanted));
  const shown = sessions
    .map((session) => ({ session, left: timeLeft(session, now) }))
    .sort((one, other) => (one.left?.ms ?? Infinity) - (other.left?.ms ?? Infinity))
    .slice(0, MOST_SHOWN);
  return (
    <section class="sessions" aria-labelledby="sessions-title">
      <div class="view-head">
        <h2 id="sessions-title">Sessions</h2>
        <FilterField
          id="session-filter"
          value={filter}
          looksAt="session, instance, status"
          onChange={setFilter}
        />
        <span role="status" class="quiet">
          {shown.length === sessions.length
            ? sessions.length
            : `the first ${shown.length} to end of ${sessions.length}`}{' '}
          sessions
        </span>
      </div>
      <table class="session-list">
        <thead>
          <tr>
            {['session', 'status', 'instance', 'ends in', 'requests'].map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map(({ session, left }) => (
            <tr
              key={sessionKey(session)}
              class={session === selected ? 'selected' : ''}
              aria-current={session === selected ? 'true' : undefined}
            >
              <td class="id">
                <button type="button" class="link" onClick={() => go({ screen: 'sessions', session })}>
                  {shortSessionId(session.sessionId)}
                </button>
              </td>
              <td>
                <span class={`badge ${(session.status ?? '').toLowerCase()}`}>{session.status}</span>
              </td>
              <td class="id">{shortInstanceId(session.instanceId ?? '')}</td>
              <td class={left !== undefined && left.ms < SOON_MS ? 'soon' : ''}>
                {left === undefined
                  ? '–'
                  : `${timeLeftText(left.ms)} (${left.by === 'ttl' ? 'TTL' : 'idle'})${left.ms < SOON_MS ? ', soon' : ''}`}
              </td>
              <td>{session.requests ?? 0}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {shown.length === 0 ? (
        <p class="empty">
          {store.sessions.value.length === 0
            ? 'There is no session. A request without a session ID opens one.'
            : 'No session matches the filter.'}
        </p>
      ) : undefined}
    </section>
  );
}

function matches({ sessionId, instanceId, status }: SessionState, wanted: string): boolean {
  return `${sessionId}\n${instanceId}\n${status}`.toLowerCase().includes(wanted);
}
