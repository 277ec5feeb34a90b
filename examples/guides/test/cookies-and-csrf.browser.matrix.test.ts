// What a real browser sends with a form: its cookie, and the headers that say which page sent it.

import { type Emulator, startEmulator } from '@torii/emulator';
import { requireAuth } from '@torii/express';
import express from 'express';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { browserTest as test } from '../../../scripts/browser-test.ts';
import { type Listening, listen } from '../../../scripts/http-exchange.ts';

let emulator: Emulator;
let app: Listening;
let other: Listening;
beforeAll(async () => {
  emulator = await startEmulator();
  app = await listen(
    express()
      .get('/form', (req, res) => {
        if (typeof req.query.policy === 'string') res.set('Referrer-Policy', req.query.policy);
        res.send('<form method="post" action="/orders"><button>Order</button></form>');
      })
      .use(requireAuth({ issuer: emulator.issuer, cookie: 'token' }))
      .post('/orders', (req, res) => void res.json({ userId: req.auth?.userId })),
  );
  // Another origin of the same site: browsers send cookies to all ports of a host.
  other = await listen((_req, res) => {
    res.setHeader('content-type', 'text/html');
    res.end(`<form method="post" action="${app.origin}/orders"><button>Order</button></form>`);
  });
});
afterAll(async () => {
  await emulator.stop();
  await app[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
});

/** Presses the button of a page, and returns the answer that the browser then shows. */
async function order(page: Page, url: string): Promise<string> {
  const token = await emulator.token({ userId: 'ada' });
  const attributes = { httpOnly: true, sameSite: 'Lax' as const };
  await page.context().addCookies([{ name: 'token', value: token, url: app.origin, ...attributes }]);
  await page.goto(url);
  await page.getByRole('button').click();
  await page.waitForURL(`${app.origin}/orders`);
  return (await page.locator('body').textContent()) ?? '';
}

test('a form of the app counts', async ({ openPage }) => {
  expect(await order(await openPage(), `${app.origin}/form`)).toContain('"userId":"ada"');
});

test('a form of another origin of the same site does not, although the browser sends the cookie', async ({
  openPage,
}) => {
  const page = await openPage();
  const sent = page.waitForRequest(`${app.origin}/orders`);
  expect(await order(page, other.origin)).toContain('token_missing');
  const headers = await (await sent).allHeaders();
  expect([headers['cookie']?.startsWith('token=eyJ'), headers['sec-fetch-site']]).toEqual([true, 'same-site']);
});

test('a form does not count if Referrer-Policy is no-referrer, and does with same-origin', async ({ openPage }) => {
  const page = await openPage();
  const sent = page.waitForRequest(`${app.origin}/orders`);
  expect(await order(page, `${app.origin}/form?policy=no-referrer`)).toContain('token_missing');
  expect((await (await sent).allHeaders())['origin']).toBe('null');
  expect(await order(await openPage(), `${app.origin}/form?policy=same-origin`)).toContain('"userId":"ada"');
});
