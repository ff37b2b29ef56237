import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { describeInChromium } from '../support/chromium.js';
import { tapRequests } from '../support/request-tap.js';
import { type Aim, ATTACKS } from './attacks.js';
import { pageOf, type Site, startSite } from './site.js';

/** A page of somebody else; `/bounce?to=` sends whoever comes on, method and body kept. */
const strangePage: RequestListener = (request, response) => {
  request.resume();
  const to = new URL(request.url ?? '/', 'http://stranger').searchParams.get('to');
  const head = to === null ? { 'Content-Type': 'text/html' } : { Location: to };
  response.writeHead(to === null ? 200 : 307, head);
  response.end(pageOf('free kittens'));
};

/** @returns the address of a site of somebody else on another port */
async function startStranger(host: string): Promise<string> {
  const server = createServer(strangePage);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://${host}:${(server.address() as AddressInfo).port}`;
}

/** Where a hostile page may come from, and what the browser calls that. */
const PLACES: readonly [where: string, origin: (site: Site) => string | Promise<string>, relation: string][] =
  [
    ['on another port', () => startStranger('127.0.0.1'), 'same-site'],
    ['under another name of this machine', () => startStranger('localhost'), 'cross-site'],
    ['of another site', () => startStranger('evil.example'), 'cross-site'],
    ['of the function itself', ({ url }) => url, 'same-site'],
  ];

/** What `Sec-Fetch-Site` says: Chromium leaves it out of WebSockets, and a page without an origin is a stranger to everybody. */
function siteToldBy(target: string, relation: string): string | undefined {
  if (target.includes('attack=websocket')) return undefined;
  return target.includes('attack=form-post-of-nobody') ? 'cross-site' : relation;
}

/** Everything that the control plane could change, as text. */
async function stateOf({ emulator: { control } }: Site): Promise<string> {
  const instances = await control.instances.list();
  const { now, frozen } = await control.clock.show();
  return JSON.stringify({
    sessions: await control.sessions.list({ functionName: 'shop' }),
    instances: instances.map(({ instanceId, status, sessions }) => ({ instanceId, status, sessions })),
    functions: await control.functions.list(),
    clock: { now, frozen },
  });
}

async function aimAt(site: Site): Promise<Aim> {
  await fetch(site.url);
  const [session] = (await site.emulator.control.sessions.list({ functionName: 'shop' })).sessions;
  return {
    api: site.emulator.api,
    session: session?.sessionId ?? '',
    instance: session?.containerId ?? '',
  };
}

describeInChromium(
  'a hostile page against the control plane',
  (chromium) => {
    it.each(PLACES)(
      'T3, T4, T5: %s changes nothing and learns nothing',
      async (_where, originOf, relation) => {
        const site = await startSite({ handler: strangePage });
        const aim = await aimAt(site);
        const tap = tapRequests(aim.api);
        const page = await chromium.tab();
        await page.goto(await originOf(site));
        const before = await stateOf(site);

        const learned: Record<string, unknown> = {};
        const reached: Record<string, string[]> = {};
        for (const { name, script, reaches } of ATTACKS) {
          learned[name] = await page.evaluate(script(aim));
          reached[name] = (await tap.answered(`attack=${name}`, reaches.length)).map(({ method }) => method);
        }

        expect(learned).toEqual(Object.fromEntries(ATTACKS.map(({ name }) => [name, ''])));
        expect(reached).toEqual(Object.fromEntries(ATTACKS.map(({ name, reaches }) => [name, reaches])));
        // A window asks for an icon besides, which is no attack.
        const attacks = tap.requests.filter(({ target }) => target.includes('attack='));
        expect(attacks.filter(({ status }) => status !== 403)).toEqual([]);
        expect(attacks.map(({ site }) => site)).toEqual(
          attacks.map(({ target }) => siteToldBy(target, relation)),
        );
        expect(await stateOf(site)).toBe(before);
      },
    );

    it('T4: the same calls do change things from a page of the control plane, and from no browser', async () => {
      const site = await startSite();
      const aim = await aimAt(site);
      const page = await chromium.tab();
      await page.goto(`${aim.api}/_emulator/v1/health`);
      const before = await stateOf(site);
      const read = ATTACKS.find(({ name }) => name === 'fetch-get')?.script(aim) ?? '';
      expect(await page.evaluate(read)).toContain(aim.session);
      const create = ATTACKS.find(({ name }) => name === 'fetch-post-json')?.script(aim) ?? '';
      await page.evaluate(create.replace(", note: 'made by a page'", ''));
      expect(await site.sessions()).toBe(2);
      const path = `${aim.api}/2023-03-30/functions/shop/sessions/${aim.session}`;
      expect((await fetch(path, { method: 'DELETE' })).status).toBe(204);
      expect(await stateOf(site)).not.toBe(before);
    });
  },
  { namesOfThisMachine: ['*.example'] },
);
