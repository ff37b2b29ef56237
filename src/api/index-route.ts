import type { ControlPlane, ServedFunction } from '../model/services.js';
import type { OperationTable } from './operation.js';

const OWN = '/_emulator/v1';

/** `GET /`, for a person who opens the control address in a browser: a page without script or style that lists what it serves. */
export function indexRoute(control: ControlPlane): OperationTable {
  return {
    '/': {
      async GET() {
        const [health, served] = await Promise.all([control.health(), control.functions.list()]);
        return { kind: 'page', html: pageOf(health.version, served) };
      },
    },
  };
}

function pageOf(version: string, served: readonly ServedFunction[]): string {
  const title = `fc-affinity ${escaped(version)}: control API`;
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${title}</title></head>
<body>
<h1>${title}</h1>
<p>This address serves the API of the emulator. The functions answer at addresses of their own.</p>
<h2>Functions</h2>
<ul>
${served.map(functionItem).join('\n')}
</ul>
<h2>The emulator</h2>
<ul>
${['functions', 'instances', 'requests', 'clock', 'health', 'events', 'openapi.json'].map((name) => `<li>${link(`${OWN}/${name}`)}</li>`).join('\n')}
</ul>
<p>The same in a terminal: <code>fc-affinity session list</code>, <code>instance list</code>, <code>clock</code>;
<code>fc-affinity help</code> lists every command.</p>
</body>
</html>
`;
}

function functionItem({ config, url }: ServedFunction): string {
  const name = config.functionName;
  const address = url === undefined ? 'has no HTTP trigger' : `answers at ${link(url)}`;
  const api = `/2023-03-30/functions/${encodeURIComponent(name)}`;
  return `<li>${escaped(name)} ${address}; its API: ${link(api)}, ${link(`${api}/sessions`)}</li>`;
}

function link(address: string): string {
  return `<a href="${escaped(address)}">${escaped(address)}</a>`;
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
