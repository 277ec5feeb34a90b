import { startEmulator } from '@torii/emulator';
import { expect, test, vi } from 'vitest';
import { hasCacheComponents, variantsOf } from './apps.ts';
import { cookie, html, send } from './raw.ts';
import { buildLimitMs, startApp } from './running-app.ts';

const variants = variantsOf().filter(hasCacheComponents);

test.each(variants)(
  '[20] a helper inside of a cached function fails, says what to do, and stores nothing: %s',
  async (variant) => {
    await using emulator = await startEmulator();
    const options = { publicPaths: ['/cached/*'] };
    await using app = await startApp(variant, { issuer: emulator.issuer, options });
    for (const userId of ['user-one', 'user-two']) {
      const headers = [html, cookie(await emulator.token({ userId }))];
      for (const path of ['/cached/use-cache', '/cached/private', '/cached/unstable']) {
        const before = app.output().length;
        const { body } = await send(app.url, app.pathOf(path), { headers });
        expect([path, /user-one|user-two|nobody/.test(body)]).toEqual([path, false]);
        // Next's own log. The browser gets only a digest.
        const isLogged = () => app.output().slice(before).includes('ToriiConfigError');
        await vi.waitUntil(isLogged, { timeout: 60_000 });
      }
    }
  },
  buildLimitMs,
);
