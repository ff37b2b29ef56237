import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import { afterAll, beforeAll, describe, onTestFinished } from 'vitest';

/** A browser that one file of tests shares. */
interface Chromium {
  /** A profile of its own, as another person at another machine has; closed with the test. */
  person(options?: BrowserContextOptions): Promise<BrowserContext>;
  /** A tab of a new person. */
  tab(): Promise<Page>;
}

interface ChromiumOptions {
  /** Names, `*` allowed, that lead to this machine as if an attacker's name server had said so. */
  readonly namesOfThisMachine?: readonly string[];
}

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const EXECUTABLE = process.env.CHROMIUM_PATH || findChromium();

/** Tests in a real browser. Where there is none they are skipped, in continuous integration they fail. */
export function describeInChromium(
  name: string,
  suite: (chromium: Chromium) => void,
  options: ChromiumOptions = {},
): void {
  if (EXECUTABLE === undefined && process.env.CI === undefined) {
    const reason = `there is no ${NAMES.join(', ')} on PATH, and CHROMIUM_PATH is not set`;
    console.warn(`skipped: ${name}: ${reason}`);
    describe.skip(`${name} (${reason})`, () => suite(absent));
    return;
  }
  describe(name, () => {
    let browser: Browser | undefined;
    beforeAll(async () => {
      browser = await launch(options);
    });
    afterAll(() => browser?.close());
    const person = async (settings?: BrowserContextOptions): Promise<BrowserContext> => {
      if (browser === undefined) throw new Error('the browser is not there');
      const context = await browser.newContext(settings);
      onTestFinished(() => context.close());
      return context;
    };
    suite({ person, tab: async () => (await person()).newPage() });
  });
}

/** The profile is a fresh one that goes with the browser; no name leads off this machine. */
function launch({ namesOfThisMachine = [] }: ChromiumOptions): Promise<Browser> {
  if (EXECUTABLE === undefined) throw new Error('CI is set and there is no Chromium');
  const names = [
    ...namesOfThisMachine.map((name) => `MAP ${name} 127.0.0.1`),
    'MAP * ~NOTFOUND',
    ...['127.0.0.1', 'localhost', '*.localhost'].map((name) => `EXCLUDE ${name}`),
  ];
  return chromium.launch({
    executablePath: EXECUTABLE,
    headless: true,
    args: [
      // The sandbox of Chromium refuses to be started by root.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-proxy-server',
      `--host-resolver-rules=${names.join(', ')}`,
    ],
  });
}

function findChromium(): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin'];
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find((file) =>
    existsSync(file),
  );
}

const absent: Chromium = {
  person: () => Promise.reject(new Error('there is no Chromium')),
  tab: () => Promise.reject(new Error('there is no Chromium')),
};
