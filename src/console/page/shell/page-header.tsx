import { usePage } from '../page-context.js';
import { functionKey } from '../store/world.js';
import { ClockBar } from './clock-bar.js';
import { ThemeButton } from './theme-button.js';

const LINKS = {
  connecting: 'connecting …',
  live: 'live',
  stale: 'stale: no answer',
  refused: 'no access: open the address that serve printed last',
};

/** The shown function, the state of the live view, and the clock. */
export function PageHeader({ onHelp }: { readonly onHelp: () => void }) {
  const { store, go } = usePage();
  const link = store.link.value;
  const isPaused = store.isPaused.value;
  const shown = store.shown.value;
  const state = isPaused && link === 'live' ? 'paused' : link;
  return (
    <header>
      <h1>fc-affinity</h1>
      <label>
        <span class="hidden">function</span>
        <select
          value={shown === undefined ? '' : functionKey(shown)}
          onChange={(event) => go({ on: event.currentTarget.value, session: undefined, request: undefined })}
        >
          {store.functions.value.map((one) => (
            <option key={functionKey(one)} value={functionKey(one)}>
              {functionKey(one)}
            </option>
          ))}
        </select>
      </label>
      <span role="status" class={`link-state ${state}`}>
        {state === 'paused' ? 'paused' : LINKS[link]}
      </span>
      <button type="button" onClick={() => store.pause(!isPaused)}>
        {isPaused ? 'Resume live' : 'Pause live'}
      </button>
      <ClockBar />
      <ThemeButton />
      <button type="button" onClick={onHelp}>
        Keys
      </button>
    </header>
  );
}
