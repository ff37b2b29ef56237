import { expect, it } from 'vitest';
import { describeInChromium } from '../../support/chromium.js';
import { runCli } from '../../support/run-cli.js';
import { openConsole, startConsole } from './console-site.js';

describeInChromium('the walkthrough in the console', (chromium) => {
  it('plays the four documented requests one by one, and each passes with the checks of verify', async () => {
    const site = await startConsole({ sessionsPerInstance: 2 });
    const page = await openConsole(site, await chromium.person(), '#/walkthrough');
    for (const count of [1, 2, 3, 4]) {
      await page.getByRole('button', { name: /^Step/ }).click();
      await expect.poll(() => page.getByText('✓ passed').count()).toBe(count);
    }
    await page.getByText('done: affinity is kept').waitFor();
    const ids = await page.locator('details code').allTextContents();
    expect(ids).toHaveLength(14);
    expect(ids[0]).toBe('walkthrough.1.status');
    expect(ids.at(-1)).toBe('walkthrough.4.new-instance');
    await expect.poll(() => page.getByText(/Max-Age=21600/).count()).toBeGreaterThan(0);
  });

  it('judges as the command verify does', async () => {
    const site = await startConsole({ sessionsPerInstance: 2 });
    const page = await openConsole(site, await chromium.person(), '#/walkthrough');
    await page.getByRole('button', { name: 'Run all' }).click();
    await page.getByText('done: affinity is kept').waitFor();
    const shown = await page.locator('details li').allTextContents();

    const other = await startConsole({ sessionsPerInstance: 2 });
    const target = ['--target', other.url, '--api', other.emulator.api];
    const { stdout } = await runCli(['verify', ...target, '--reporter', 'json']);
    const { steps } = JSON.parse(stdout) as { steps: { id: string; title: string; status: string }[] };
    const marks: Record<string, string> = { passed: '✓', failed: '✗', skipped: '–' };
    expect(shown).toEqual(steps.map(({ id, title, status }) => `${marks[status]} ${id} ${title}`));
  });

  it('says that affinity is not kept by a function without it', async () => {
    const site = await startConsole({ affinity: 'none' });
    const page = await openConsole(site, await chromium.person(), '#/walkthrough');
    await page.getByRole('button', { name: 'Run all' }).click();
    await page
      .getByText(/affinity is not kept|cookie affinity/)
      .first()
      .waitFor();
  });
});
