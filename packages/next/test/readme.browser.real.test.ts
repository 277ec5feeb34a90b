// What a user has after `create-next-app` and after pasting the README's blocks, in a real browser.
import { type EmulatorEnvironment, startEmulator } from '@torii/emulator';
import { afterAll, beforeAll, describe } from 'vitest';
import { browserTest as test } from '../../../scripts/browser-test.ts';
import { variantsOf } from './apps.ts';
import { freePort } from './next-server.ts';
import { buildLimitMs, type RunningApp, startApp } from './running-app.ts';
import { signInAndOut } from './signed-in-visit.ts';

describe.each(variantsOf())('%s', (variant) => {
  let emulator: EmulatorEnvironment & AsyncDisposable;
  let app: RunningApp;
  let origin: string;
  beforeAll(async () => {
    const port = await freePort();
    // As in the README. Next 15's middleware redirects 127.0.0.1 to it.
    origin = `http://localhost:${port}`;
    emulator = await startEmulator({ allowedOrigins: [origin] });
    const environment = { APP_ORIGIN: origin };
    app = await startApp(variant, { issuer: emulator.issuer, port, options: null, environment });
  }, buildLimitMs);
  afterAll(async () => {
    await app?.[Symbol.asyncDispose]();
    await emulator?.[Symbol.asyncDispose]();
  });

  test('a user signs in, returns to the page, calls the API and signs out, and nothing private remains', async ({
    openPage,
  }) => {
    const page = await openPage();
    await signInAndOut(page, { emulator, origin, pathOf: app.pathOf, screenshots: variant });
  });
});
