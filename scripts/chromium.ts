import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core';

const args = [
  // Chromium's sandbox does not work as root, as in containers. Tests open only pages of this repository.
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Starts a headless Chromium.
 *
 * @param keepsPages whether the browser keeps pages that are left, as users' browsers do. Playwright turns this off
 */
export function launchChromium(executablePath: string, keepsPages = false): Promise<Browser> {
  const ignoreDefaultArgs = keepsPages ? ['--disable-back-forward-cache'] : [];
  return chromium.launch({ executablePath, args, ignoreDefaultArgs });
}

/**
 * Starts a headless Chromium that sends cookies with `SameSite=None` to frames and images of other sites, as the browsers
 * of many users do. Chromium's own setting withholds them.
 *
 * @param folder an empty one, for the profile
 */
export function launchWithThirdPartyCookies(
  executablePath: string,
  folder: string,
  options: BrowserContextOptions,
): Promise<BrowserContext> {
  mkdirSync(join(folder, 'Default'));
  writeFileSync(join(folder, 'Default', 'Preferences'), JSON.stringify({ profile: { cookie_controls_mode: 0 } }));
  return chromium.launchPersistentContext(folder, { ...options, executablePath, args });
}
