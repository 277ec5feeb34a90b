// Runs tests in a real, headless Chromium.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import axe from 'axe-core';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, test } from 'vitest';
import { launchChromium, launchWithThirdPartyCookies } from './chromium.ts';
import { requireProgram } from './programs.ts';
import { repository } from './workspace.ts';

const screenshots = join(repository, '.reports', 'screenshots');

interface PageOptions extends BrowserContextOptions {
  /** Whether the browser keeps pages that are left, as users' browsers do. Playwright turns this off. */
  readonly backForwardCache?: boolean;
  /** Whether frames and images of other sites get cookies with `SameSite=None`. Starts a browser for this page. */
  readonly thirdPartyCookies?: boolean;
}

type OpenPage = (options?: PageOptions) => Promise<Page>;

const launched = new Map<boolean, Promise<Browser>>();
afterAll(async () => {
  for (const browser of launched.values()) await (await browser).close();
});

/** A test with a function `openPage`. Each page has its own browser context, so it starts without cookies. */
export const browserTest = test.extend<{ openPage: OpenPage }>({
  openPage: async ({ skip }, use) => {
    const executablePath = requireProgram({ skip }, 'chromium');
    const launch = (keepsPages: boolean) => {
      const browser = launched.get(keepsPages) ?? launchChromium(executablePath, keepsPages);
      launched.set(keepsPages, browser);
      return browser;
    };
    const contexts: BrowserContext[] = [];
    const folders: string[] = [];
    await use(async ({ backForwardCache = false, thirdPartyCookies = false, ...more } = {}) => {
      const options = { viewport: { width: 1200, height: 800 }, ...more };
      const openContext = async () => {
        if (!thirdPartyCookies) return (await launch(backForwardCache)).newContext(options);
        const folder = mkdtempSync(join(tmpdir(), 'torii-chromium-'));
        folders.push(folder);
        return launchWithThirdPartyCookies(executablePath, folder, options);
      };
      const context = await openContext();
      context.setDefaultTimeout(60_000);
      contexts.push(context);
      return context.newPage();
    });
    await Promise.all(contexts.map((context) => context.close()));
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  },
});

/**
 * Returns the accessibility violations that axe finds. The page must have been opened with `bypassCSP`.
 *
 * @param exclude a selector of elements to leave out
 */
export async function findBarriers(page: Page, exclude?: string): Promise<readonly string[]> {
  await page.addScriptTag({ content: axe.source });
  const context = exclude === undefined ? 'document' : JSON.stringify({ exclude: [exclude] });
  const { violations } = await page.evaluate<axe.AxeResults>(`axe.run(${context})`);
  return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(' ')}`);
}

/** Saves a screenshot for manual review and prints its path. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  mkdirSync(screenshots, { recursive: true });
  const path = join(screenshots, `${name}.png`);
  await page.screenshot({ path, fullPage: true });
  console.log(`screenshot: ${relative(repository, path)}`);
}
