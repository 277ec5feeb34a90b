// The form of a payment provider, as docs/next-addresses.md receives it, and the images of the page at its end.
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type EmulatorEnvironment, startEmulator } from '@torii/emulator';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserTest } from '../../../scripts/browser-test.ts';
import { readPage } from '../../../scripts/check-docs.ts';
import { repository } from '../../../scripts/workspace.ts';
import { recipes, type Variant } from './apps.ts';
import { freePort } from './next-server.ts';
import { cookie, send } from './raw.ts';
import { buildLimitMs, type RunningApp, startApp } from './running-app.ts';

const secret = 'a secret of the payment provider';
const sign = (order: string) => createHmac('sha256', secret).update(order).digest('base64url');

test('the example in docs/next-addresses.md is the one that is tested here', () => {
  const { blocks } = readPage(readFileSync(join(repository, 'docs', 'next-addresses.md'), 'utf8'));
  const route = readFileSync(join(import.meta.dirname, 'fixture-app', 'app', 'api', 'payment', 'route.ts'), 'utf8');
  expect(blocks.map(({ code }) => `${code}\n`)).toContain(`// app/api/payment/route.ts\n${route}`);
});

const variants = [
  'Next 16, proxy.ts',
  'Next 15, middleware.ts',
  'Next 16 alone',
  'Next 16 with trailingSlash',
] satisfies readonly Variant[];

describe.each(variants)('%s', (variant) => {
  let emulator: EmulatorEnvironment & AsyncDisposable;
  let app: RunningApp;
  let origin: string;
  let provider: Server;
  let form = '';
  beforeAll(async () => {
    const port = await freePort();
    origin = `http://localhost:${port}`;
    emulator = await startEmulator({ allowedOrigins: [origin] });
    app = await startApp(variant, {
      issuer: emulator.issuer,
      port,
      options: { publicPaths: ['/api/payment'] },
      environment: { APP_ORIGIN: origin, PAYMENT_SECRET: secret },
    });
    provider = createServer((_req, res) => void res.setHeader('Content-Type', 'text/html').end(form));
    await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
  }, buildLimitMs);
  afterAll(async () => {
    provider?.close();
    await app?.[Symbol.asyncDispose]();
    await emulator?.[Symbol.asyncDispose]();
  });

  async function signIn(page: Page): Promise<void> {
    const value = await emulator.token({ userId: 'ada' });
    const attributes = { secure: true, httpOnly: true, sameSite: 'Lax' } as const;
    await page
      .context()
      .addCookies([{ name: '__Host-torii_token', value, url: origin.replace('http:', 'https:'), ...attributes }]);
  }

  /** The user presses the button of the provider's page, which is another site than the app. */
  async function pay(page: Page, path: string, fields: Readonly<Record<string, string>>): Promise<void> {
    const inputs = Object.entries(fields).map(([name, value]) => `<input name="${name}" value="${value}">`);
    form = `<form method="post" action="${origin}${app.pathOf(path)}">${inputs.join('')}<button>Back to the shop</button></form>`;
    await page.goto(`http://127.0.0.1:${(provider.address() as AddressInfo).port}/`);
    await page.getByRole('button').click();
  }

  browserTest('leads a signed-in user to the guarded page, with images that everyone may see', async ({ openPage }) => {
    const page = await openPage();
    await signIn(page);
    await pay(page, '/api/payment', { order: '42', signature: sign('42') });
    await page.getByRole('heading', { name: 'Order 42 of ada' }).waitFor();
    expect(page.url()).toBe(origin + app.pathOf('/orders/42'));
    const width = (name: string) =>
      page.getByAltText(name).evaluate(async (element) => {
        const image = element as unknown as { naturalWidth: number; decode(): Promise<void> };
        await image.decode().catch(() => {});
        return image.naturalWidth;
      });
    expect(await width('public')).toBeGreaterThan(0);
    expect(await width('guarded, as it is')).toBeGreaterThan(0);
    // Next asks for it without the visitor's cookies.
    expect((await width('guarded, by the optimizer')) > 0).toBe(recipes[variant].entrance === 'none');
  });

  browserTest('leads a signed-out user to the sign-in page, which knows the order', async ({ openPage }) => {
    const page = await openPage();
    await pay(page, '/api/payment', { order: '42', signature: sign('42') });
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(new URL(page.url()).searchParams.get('return_to')?.replace(/\/$/, '')).toBe('/orders/42');
  });

  browserTest('a form with a wrong signature, or to a guarded route, changes nothing', async ({ openPage }) => {
    const page = await openPage();
    await signIn(page);
    for (const signature of ['', sign('43'), sign('42').slice(1)]) {
      await pay(page, '/api/payment', { order: '42', signature });
      await page.getByText('The signature is wrong.').waitFor();
    }
    app.takeVisits();
    await pay(page, '/api/effect', {});
    await page.waitForURL(({ href }) => href.startsWith(origin) && href.includes('effect'));
    await page.waitForLoadState();
    expect(app.takeVisits()).toEqual([]);
  });

  test('a guarded image stays guarded, with and without the optimizer', async () => {
    if (recipes[variant].entrance === 'none') return;
    const optimized = app.pathOf('/_next/image');
    const token = await emulator.token({ userId: 'ada' });
    for (const [path, headers] of [
      ['/photos/red.png', []],
      [`${optimized}?url=%2Fphotos%2Fred.png&w=64&q=75`, []],
      [`${optimized}?url=%2Fphotos%2Fred.png&w=64&q=75`, [cookie(token)]],
      [`${optimized}?url=%2Fimages%2F..%2Fphotos%2Fred.png&w=64&q=75`, []],
      [`${optimized}?url=%2Fimages%2F%252e%252e%2Fphotos%2Fred.png&w=64&q=75`, []],
      [`${optimized}?url=%2Fimages%2F..%5Cphotos%2Fred.png&w=64&q=75`, []],
      [`${optimized}?url=%2F_next%2Fimage%3Furl%3D%2Fphotos%2Fred.png&w=64&q=75`, []],
      ['/images/../photos/red.png', []],
      ['/images/..%2fphotos/red.png', []],
      ['/images/..%5cphotos/red.png', []],
    ] as const) {
      const answer = await send(app.url, path, { headers });
      expect([path, answer.status >= 300, answer.headers.get('content-type')?.startsWith('image/') ?? false]).toEqual([
        path,
        true,
        false,
      ]);
    }
    for (const path of ['/images/red.png', `${optimized}?url=%2Fimages%2Fred.png&w=64&q=75`]) {
      // Not `send`: with `trailingSlash`, Next redirects.
      expect((await fetch(app.url + path)).headers.get('content-type')).toMatch(/^image\//);
    }
  });
});
