import { type Browser, chromium } from 'playwright-core';

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
