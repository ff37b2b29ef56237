/** What a hostile page aims at. */
export interface Aim {
  /** Origin of the control plane. */
  readonly api: string;
  readonly session: string;
  readonly instance: string;
}

interface Attack {
  /** Also the mark in the query by which its requests are known. */
  readonly name: string;
  /** The methods that reach the control plane; none where the browser itself gives up. */
  readonly reaches: readonly string[];
  /** An expression of the page: a promise of what it has learned, `nothing` at best. */
  readonly script: (aim: Aim) => string;
}

const SESSIONS = '/2023-03-30/functions/shop/sessions';
const OWN = '/_emulator/v1';

const CREATE = "JSON.stringify({ sessionTTLInSeconds: 60, note: 'made by a page' })";
const AS_JSON = `headers: { 'Content-Type': 'application/json' }, body: ${CREATE}`;

/** Everything by which a page can send something to another origin, aimed at everything that would change or tell. */
export const ATTACKS: readonly Attack[] = [
  fetched('fetch-get', ['GET'], SESSIONS, ''),
  fetched('fetch-get-include', ['GET'], `${OWN}/requests`, "credentials: 'include'"),
  fetched('fetch-post-json', ['OPTIONS'], SESSIONS, `method: 'POST', ${AS_JSON}`),
  fetched('fetch-post-text', ['POST'], SESSIONS, `method: 'POST', body: ${CREATE}`),
  fetched('fetch-put-json', ['OPTIONS'], '{session}', `method: 'PUT', ${AS_JSON}`),
  fetched('fetch-delete-session', ['OPTIONS'], '{session}', "method: 'DELETE'"),
  fetched('fetch-delete-instance', ['OPTIONS'], '{instance}', "method: 'DELETE'"),
  fetched('no-cors-get', ['GET'], SESSIONS, "mode: 'no-cors'"),
  fetched('no-cors-post', ['POST'], `${OWN}/clock/resume`, "method: 'POST', mode: 'no-cors'"),
  fetched('no-cors-post-json', ['POST'], SESSIONS, `method: 'POST', mode: 'no-cors', ${AS_JSON}`),
  fetched('no-cors-walkthrough', ['POST'], `${OWN}/walkthrough`, "method: 'POST', mode: 'no-cors'"),
  fetched('no-cors-console-key', ['POST'], `${OWN}/console/keys`, "method: 'POST', mode: 'no-cors'"),
  fetched('fetch-history', ['GET'], `${OWN}/sessions/{id}/history`, ''),
  fetched('no-cors-put', [], '{session}', `method: 'PUT', mode: 'no-cors', ${AS_JSON}`),
  fetched('no-cors-delete', [], '{session}', "method: 'DELETE', mode: 'no-cors'"),
  fetched(
    'no-referrer-post',
    ['POST'],
    SESSIONS,
    `method: 'POST', mode: 'no-cors', referrerPolicy: 'no-referrer'`,
  ),
  {
    name: 'redirected-post',
    reaches: ['POST'],
    script: (aim) => {
      const bounce = `/bounce?to=${encodeURIComponent(at(aim, `${OWN}/clock/resume`, 'redirected-post'))}`;
      return `fetch(${JSON.stringify(bounce)}, { method: 'POST', mode: 'no-cors' }).then((reply) => reply.text())`;
    },
  },
  {
    name: 'xhr-delete',
    reaches: ['OPTIONS'],
    script: (aim) => `new Promise((resolve) => {
      const call = new XMLHttpRequest();
      call.onloadend = () => resolve(call.responseText);
      call.open('DELETE', ${url(aim, '{session}', 'xhr-delete')});
      call.send();
    })`,
  },
  {
    name: 'beacon',
    reaches: ['POST'],
    script: (aim) =>
      `(navigator.sendBeacon(${url(aim, `${OWN}/clock/resume`, 'beacon')}), Promise.resolve(''))`,
  },
  form('form-post', 'application/x-www-form-urlencoded', ''),
  form('form-post-as-json', 'text/plain', ''),
  form('form-post-multipart', 'multipart/form-data', ''),
  form('form-post-of-nobody', 'text/plain', 'allow-scripts allow-forms'),
  element('img', 'img', 'src', '{instance}/logs'),
  element('script', 'script', 'src', SESSIONS),
  element('module', 'script', 'src', SESSIONS, "element.type = 'module';"),
  element('stylesheet', 'link', 'href', SESSIONS, "element.rel = 'stylesheet';"),
  element('prefetch', 'link', 'href', `${OWN}/clock`, "element.rel = 'prefetch';"),
  element('frame', 'iframe', 'src', SESSIONS),
  element('object', 'object', 'data', SESSIONS),
  element('console-script', 'script', 'src', '/console/main.js'),
  element('console-frame', 'iframe', 'src', '/'),
  {
    name: 'window',
    reaches: ['GET'],
    script: (aim) => `(window.open(${url(aim, SESSIONS, 'window')}), Promise.resolve(''))`,
  },
  {
    name: 'websocket',
    reaches: ['GET'],
    script: (aim) => `new Promise((resolve) => {
      const socket = new WebSocket(${url(aim, `${OWN}/events`, 'websocket')}.replace('http', 'ws'));
      socket.onopen = () => resolve('open');
      socket.onerror = () => resolve('');
    })`,
  },
  {
    name: 'event-source',
    reaches: ['GET'],
    script: (aim) => `new Promise((resolve) => {
      const source = new EventSource(${url(aim, `${OWN}/events`, 'event-source')}, { withCredentials: true });
      source.onopen = () => resolve('open');
      source.onerror = () => resolve('');
    })`,
  },
];

function fetched(name: string, reaches: readonly string[], target: string, init: string): Attack {
  return {
    name,
    reaches,
    script: (aim) =>
      `fetch(${url(aim, target, name)}, { ${init} }).then((reply) => reply.text()).catch(() => '')`,
  };
}

/** A form that sends itself into a frame. @param sandbox of the frame that holds the form: without allow-same-origin its origin is null */
function form(name: string, enctype: string, sandbox: string): Attack {
  const page = (aim: Aim): string => `
    <form method="post" enctype="${enctype}" action=${url(aim, SESSIONS, name)}>
      <input name='{"sessionTTLInSeconds":60,"note":"' value='"}'>
    </form><script>document.forms[0].submit()</script>`;
  return {
    name,
    reaches: ['POST'],
    script: (aim) => `new Promise((resolve) => {
      const frame = document.createElement('iframe');
      ${sandbox === '' ? '' : `frame.sandbox = ${JSON.stringify(sandbox)};`}
      frame.srcdoc = ${JSON.stringify(page(aim)).replaceAll('</', '<\\/')};
      frame.onload = () => {
        const shown = frame.contentDocument;
        if (shown === null || shown.forms.length === 0) resolve(shown?.body.textContent ?? '');
      };
      document.body.append(frame);
    })`,
  };
}

/** An element that loads something: what it makes of it is the size it takes, or the text that it lets the page see. */
function element(name: string, tag: string, attribute: string, target: string, more = ''): Attack {
  return {
    name,
    reaches: ['GET'],
    script: (aim) => `new Promise((resolve) => {
      const element = document.createElement(${JSON.stringify(tag)});
      ${more}
      element.onload = () => resolve(element.contentDocument?.body.textContent ?? String(element.naturalWidth ?? ''));
      element.onerror = () => resolve('');
      element[${JSON.stringify(attribute)}] = ${url(aim, target, name)};
      document.body.append(element);
    })`,
  };
}

/** The address as a literal of the page's script. */
function url(aim: Aim, target: string, name: string): string {
  return JSON.stringify(at(aim, target, name));
}

function at({ api, session, instance }: Aim, target: string, name: string): string {
  const path = target
    .replace('{session}', `${SESSIONS}/${session}`)
    .replace('{id}', session)
    .replace('{instance}', `${OWN}/instances/${instance}`);
  return `${api}${path}?attack=${name}`;
}
