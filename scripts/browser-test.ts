// Runs tests in a real, headless Chromium.
import { mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, test } from 'vitest';
import { launchChromium } from './chromium.ts';
import { requireProgram } from './programs.ts';
import { repository } from './workspace.ts';

const screenshots = join(repository, '.reports', 'screenshots');

interface PageOptions extends BrowserContextOptions {
  /** Whether the browser keeps pages that are left, as users' browsers do. Playwright turns this off. */
  readonly backForwardCache?: boolean;
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
    const contexts: Awaited<ReturnType<Browser['newContext']>>[] = [];
    await use(async ({ backForwardCache = false, ...options } = {}) => {
      const browser = await launch(backForwardCache);
      const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, ...options });
      context.setDefaultTimeout(60_000);
      contexts.push(context);
      return context.newPage();
    });
    await Promise.all(contexts.map((context) => context.close()));
  },
});

/** Returns the accessibility violations that axe finds. The page must have been opened with `bypassCSP`. */
export async function findBarriers(page: Page): Promise<readonly string[]> {
  await page.addScriptTag({ content: axe.source });
  const { violations } = await page.evaluate<axe.AxeResults>('axe.run()');
  return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(' ')}`);
}

/** Saves a screenshot for manual review and prints its path. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  mkdirSync(screenshots, { recursive: true });
  const path = join(screenshots, `${name}.png`);
  await page.screenshot({ path, fullPage: true });
  console.log(`screenshot: ${relative(repository, path)}`);
}
