import axe, { type AxeResults } from 'axe-core';
import type { BrowserContext, Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { startEmulator } from '../../../src/emulator.js';
import type { Emulator, FunctionOptions } from '../../../src/emulator-options.js';
import { MovableClock } from '../../../src/model/clock.js';
import { type Handler, inProcessDriver } from '../../support/in-process-driver.js';

export interface ConsoleSite {
  readonly emulator: Emulator;
  readonly clock: MovableClock;
  /** Of the function `shop`. */
  readonly url: string;
}

interface SiteOptions extends Partial<FunctionOptions> {
  readonly handler?: Handler;
  /** 0 by default: any free port. */
  readonly apiPort?: number;
}

/** The function `shop` with cookie affinity and instances in this process, and its console. The session clock stands still. */
export async function startConsole({
  handler,
  apiPort = 0,
  ...options
}: SiteOptions = {}): Promise<ConsoleSite> {
  const clock = new MovableClock({ frozen: true });
  const emulator = await startEmulator({
    functions: [{ functionName: 'shop', command: ['in-process'], ...options }],
    driver: inProcessDriver(handler),
    clock,
    apiPort,
  });
  onTestFinished(() => emulator.stopNow());
  return { emulator, clock, url: emulator.url };
}

/**
 * Opens the console. The test fails when the page breaks its own security policy, throws, or opens a dialog of the browser.
 * @param hash where in the console, as `#/requests`
 */
export async function openConsole(
  site: Pick<ConsoleSite, 'emulator'>,
  person: BrowserContext,
  hash = '',
): Promise<Page> {
  const page = await person.newPage();
  const faults: string[] = [];
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/net::ERR_|status of (4|5)/.test(message.text()))
      faults.push(`console: ${message.text()}`);
  });
  await page.exposeFunction('tellViolation', (what: string) => faults.push(`policy: ${what}`));
  await page.addInitScript(`document.addEventListener('securitypolicyviolation', (event) =>
    tellViolation(event.effectiveDirective + ' ' + event.blockedURI + ' ' + event.sample))`);
  onTestFinished(() => expect(faults).toEqual([]));
  await page.goto(`${site.emulator.api}/${hash}`);
  await expect.poll(() => page.getByText(/\blive\b/).count()).toBeGreaterThan(0);
  return page;
}

/** What axe finds fault with: the rule, and where. The page must come from a context with `bypassCSP`. */
export async function axeViolations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<AxeResults>('axe.run()');
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
}
