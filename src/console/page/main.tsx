import { render } from 'preact';
import type { RequestRecord } from '../../model/request-record.js';
import { readAddress, writeAddress } from './address.js';
import { PageProvider, type Where } from './page-context.js';
import { Shell } from './shell/shell.js';
import { PageStore } from './store/page-store.js';
import { sessionTag } from './store/session-key.js';
import { Api } from './stream/api.js';
import { consoleHeaders } from './stream/console-key.js';
import { EventReader } from './stream/event-reader.js';

const root = new URL('.', location.href);
const element = document.getElementById('page') ?? document.body;

consoleHeaders(root).then(
  (headers) => start(new Api({ root, headers })),
  () =>
    render(<p role="alert">This address was used before: open the one that serve printed last.</p>, element),
);

function start(api: Api): void {
  const store = new PageStore();
  const follow = (): void => {
    const { screen, on, request, session } = readAddress(location.hash);
    store.show(on);
    store.screen.value = screen;
    store.selectedRequest.value = request;
    store.selectedTag.value = session;
  };
  follow();
  addEventListener('hashchange', follow);
  setInterval(() => store.tick(), 1000);
  render(
    <PageProvider value={{ store, api, go }}>
      <Shell />
    </PageProvider>,
    element,
  );
  const reader = new EventReader({
    api,
    onEvent(event) {
      store.apply(event);
      if (event.type === 'hello' && !event.resumed) void readOlder(api, store);
    },
    onLink(link) {
      store.link.value = link;
    },
  });
  void reader.run();
}

function go(where: Where): void {
  const { screen, on, request, session } = readAddress(location.hash);
  location.hash = writeAddress({
    screen: where.screen ?? screen,
    on: where.on ?? on,
    request: 'request' in where ? where.request : request,
    session: 'session' in where ? where.session && sessionTag(where.session) : session,
  });
}

/** Reads the requests that ended before the page was opened. */
async function readOlder(api: Api, store: PageStore): Promise<void> {
  const path = '_emulator/v1/requests?limit=1000';
  const { requests } = await api.get<{ readonly requests: readonly RequestRecord[] }>(path);
  store.addOlder(requests);
}
