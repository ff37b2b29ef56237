import { SCREENS, type Screen, writeAddress } from '../address.js';
import { DoctorPanel } from '../doctor/doctor-panel.js';
import { MapView } from '../map/map-view.js';
import { usePage } from '../page-context.js';
import { RequestPanel } from '../requests/request-panel.js';
import { RequestsView } from '../requests/requests-view.js';
import { SessionPanel } from '../session/session-panel.js';
import { SessionsView } from '../sessions/sessions-view.js';
import { WalkthroughView } from '../walkthrough/walkthrough-view.js';
import { Announcer } from './announcer.js';
import { HelpDialog } from './help-dialog.js';
import { PageHeader } from './page-header.js';
import { useKeys } from './use-keys.js';

const TITLES: Readonly<Record<Screen, string>> = {
  map: 'Map',
  requests: 'Requests',
  sessions: 'Sessions',
  walkthrough: 'Walkthrough',
};
const VIEWS = { map: MapView, requests: RequestsView, sessions: SessionsView, walkthrough: WalkthroughView };

/** The page: the header, the screen, and a panel for the selected item. */
export function Shell() {
  const { store } = usePage();
  const help = useKeys();
  const screen = store.screen.value;
  const View = VIEWS[screen];
  return (
    <>
      <PageHeader onHelp={() => help.show(true)} />
      <nav aria-label="screens">
        {SCREENS.map((one) => (
          <a
            key={one}
            href={writeAddress({
              screen: one,
              on: store.shownKey.value,
              request: undefined,
              session: store.selectedTag.value,
            })}
            aria-current={one === screen ? 'page' : undefined}
          >
            {TITLES[one]}
          </a>
        ))}
        <Summary />
      </nav>
      <div class="columns">
        <main>
          <View />
        </main>
        <aside aria-label="details">
          <SessionPanel />
          <RequestPanel />
          <DoctorPanel />
        </aside>
      </div>
      <Announcer />
      {help.isShown ? <HelpDialog onClose={() => help.show(false)} /> : undefined}
    </>
  );
}

function Summary() {
  const { store } = usePage();
  const instances = store.instances.value;
  const slots = instances.reduce((sum, one) => sum + (one.slots ?? 0), 0);
  const taken = instances.reduce((sum, one) => sum + (one.slotsTaken ?? 0), 0);
  return (
    <span class="summary">
      {instances.length} {instances.length === 1 ? 'instance' : 'instances'} · {taken}/{slots} slots ·{' '}
      {store.inFlight.value} in flight · {store.refused.value} × 429
    </span>
  );
}
