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

/** Starts a headless Chromium. */
export function launchChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args });
}
