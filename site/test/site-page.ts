// Opens pages of the built site in a browser.
import type { Page } from 'playwright-core';
import { readSiteAddress } from '../src/address.ts';
import { outputFolder } from '../src/places.ts';
import { type ServedSite, serveSite } from '../src/serve.ts';

const { base } = readSiteAddress();

export const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true } as const;

export function serveBuiltSite(): Promise<ServedSite> {
  return serveSite({ folder: outputFolder, base, port: 0 });
}

/** Refuses requests to other hosts, and returns a list of them that grows. */
export async function watchRequests(page: Page, origin: string): Promise<readonly string[]> {
  const others: string[] = [];
  await page.route(
    (url) => url.origin !== origin && url.protocol !== 'data:' && url.protocol !== 'blob:',
    (route) => {
      others.push(route.request().url());
      return route.abort();
    },
  );
  return others;
}

/** Opens a page, and waits until its scripts run. */
export async function openAt(page: Page, origin: string, address: string): Promise<void> {
  await page.goto(`${origin}${base.slice(0, -1)}${address}`);
  await page.waitForFunction("document.querySelector('#app')?.__vue_app__ !== undefined");
}
