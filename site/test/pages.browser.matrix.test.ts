// Every page of the site, in a real browser.
import { beforeAll, expect, vi } from 'vitest';
import { findBarriers, keepScreenshot, browserTest as test } from '../../scripts/browser-test.ts';
import { readSiteAddress } from '../src/address.ts';
import { buildInProgram } from './built-site.ts';
import { readBuiltPages } from './crawl.ts';
import { openAt, phone, serveBuiltSite, watchRequests } from './site-page.ts';

// On a busy machine, more than 200 pages take longer than the usual limit.
vi.setConfig({ testTimeout: 1_800_000 });

const { base } = readSiteAddress();
let addresses: readonly string[];

beforeAll(() => {
  buildInProgram();
  addresses = [...readBuiltPages().keys()].map((path) => path.slice(base.length - 1)).sort();
});

test.for([
  ['a desktop', 'light', {}],
  ['a phone', 'dark', phone],
] as const)(
  'every page is accessible and fits %s (%s), and loads nothing from other hosts',
  async ([name, colorScheme, size], { openPage }) => {
    const site = await serveBuiltSite();
    const page = await openPage({ ...size, colorScheme, bypassCSP: true, reducedMotion: 'reduce' });
    const others = await watchRequests(page, site.origin);
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(`${page.url()}: ${error.message}`));
    for (const address of [...addresses, '/no-such-page']) {
      await openAt(page, site.origin, address);
      // Thousands of words in code take axe most of the time. Another test checks the contrast of all their colors.
      const barriers = await findBarriers(page, 'pre');
      problems.push(...barriers.map((barrier) => `${address}: ${barrier}`));
      const surplus = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      if (surplus !== 0) problems.push(`${address}: ${surplus} px wider than the screen`);
      if (['/', '/guides/', '/reference/core', '/packages/express'].includes(address)) {
        await keepScreenshot(page, `site-${name.slice(2)}-${colorScheme}${address.replaceAll('/', '-')}`);
      }
    }
    expect(problems).toEqual([]);
    expect(others).toEqual([]);
    await site.close();
  },
);
