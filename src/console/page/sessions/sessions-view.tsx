import { useState } from 'preact/hooks';
import type { SessionState } from '../../../model/console-events.js';
import { shortInstanceId, shortSessionId } from '../../../model/short-id.js';
import { usePage } from '../page-context.js';
import { sessionKey } from '../store/session-key.js';
import { timeLeft, timeLeftText } from '../store/time-left.js';

/** More rows are found by the filter. */
const MOST_SHOWN = 200;

/** The sessions of the function as a list: the first to end stands first. */
export function SessionsView() {
  const { store, go } = usePage();
  const [filter, setFilter] = useState('');
  const now = store.now.value;
  const wanted = filter.trim().toLowerCase();
  const sessions = [...store.sessions.value].filter((session) => matches(session, wanted));
  const shown = sessions
    .map((session) => ({ session, left: timeLeft(session, now) }))
    .sort((one, other) => (one.left?.ms ?? Infinity) - (other.left?.ms ?? Infinity))
    .slice(0, MOST_SHOWN);
  return (
    <section class="sessions" aria-labelledby="sessions-title">
      <h2 id="sessions-title">Sessions</h2>
      <p class="buttons">
        <label>
          Filter{' '}
          <input
            id="session-filter"
            type="search"
            value={filter}
            placeholder="session, instance, status"
            onInput={(event) => setFilter(event.currentTarget.value)}
          />
        </label>
        <span role="status">
          {shown.length} of {sessions.length} sessions
        </span>
      </p>
      <table>
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
            <tr key={sessionKey(session)}>
              <td>
                <button type="button" class="link" onClick={() => go({ screen: 'sessions', session })}>
                  {shortSessionId(session.sessionId)}
                </button>
              </td>
              <td>{session.status}</td>
              <td>{shortInstanceId(session.instanceId ?? '')}</td>
              <td>{left === undefined ? '–' : `${timeLeftText(left.ms)} (${left.by})`}</td>
              <td>{session.requests ?? 0}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function matches({ sessionId, instanceId, status }: SessionState, wanted: string): boolean {
  return `${sessionId}\n${instanceId}\n${status}`.toLowerCase().includes(wanted);
}
