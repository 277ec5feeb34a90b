// What a real browser makes of CORS: a page on one port of loopback, and an API on another.
import { type Emulator, startEmulator } from '@torii/emulator';
import { requireAuth } from '@torii/express';
import cors from 'cors';
import express, { type RequestHandler } from 'express';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { browserTest as test } from '../../../scripts/browser-test.ts';
import { type Listening, listen } from '../../../scripts/http-exchange.ts';

let emulator: Emulator;
let site: Listening;
beforeAll(async () => {
  emulator = await startEmulator();
  site = await listen((_req, res) => void res.setHeader('content-type', 'text/html').end('<title>page</title>'));
});
afterAll(async () => {
  await emulator.stop();
  await site[Symbol.asyncDispose]();
});

/** What the page sees of a call, and the errors on its console. */
async function callFrom(page: Page, api: Listening, init: Record<string, unknown>) {
  const complaints: string[] = [];
  page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())));
  await page.goto(site.origin);
  const seen = await page.evaluate(
    `fetch(${JSON.stringify(`${api.origin}/me`)}, ${JSON.stringify(init)}).then(
      async (response) => ({ status: response.status, challenge: response.headers.get('www-authenticate'), body: await response.json() }),
      (error) => String(error))`,
  );
  return { seen, complaints: complaints.join('\n') };
}

const authorized = async () => ({ headers: { authorization: `Bearer ${await emulator.token({ userId: 'ada' })}` } });

function apiOf(...handlers: readonly RequestHandler[]): Promise<Listening> {
  const app = express();
  for (const handler of handlers) app.use(handler);
  return listen(app.get('/me', (req, res) => void res.json({ userId: req.auth?.userId })));
}

const guard = () => requireAuth({ issuer: emulator.issuer });

test('with cors() above the guard, a page reads answers and refusals', async ({ openPage }) => {
  await using api = await apiOf(cors({ origin: site.origin, exposedHeaders: ['WWW-Authenticate'] }), guard());
  const { seen } = await callFrom(await openPage(), api, await authorized());
  expect(seen).toMatchObject({ status: 200, body: { userId: 'ada' } });
  const refused = await callFrom(await openPage(), api, {});
  expect(refused.seen).toMatchObject({
    status: 401,
    challenge: 'Bearer realm="torii"',
    body: { error: { reason: 'token_missing' } },
  });
});

test('a challenge that is not exposed is null', async ({ openPage }) => {
  await using api = await apiOf(cors({ origin: site.origin }), guard());
  const { seen } = await callFrom(await openPage(), api, {});
  expect(seen).toMatchObject({ status: 401, challenge: null, body: { error: { reason: 'token_missing' } } });
});

test('with the guard above cors(), a page sees a failed request and not the 401', async ({ openPage }) => {
  await using api = await apiOf(guard(), cors({ origin: site.origin }));
  const { seen, complaints } = await callFrom(await openPage(), api, await authorized());
  expect(seen).toBe('TypeError: Failed to fetch');
  expect(complaints).toContain("No 'Access-Control-Allow-Origin' header is present");
});

test('`*` allows a token in a header, and never a request with credentials', async ({ openPage }) => {
  await using api = await apiOf(cors({ origin: '*' }), guard());
  const { seen } = await callFrom(await openPage(), api, await authorized());
  expect(seen).toMatchObject({ status: 200 });
  const withCookies = await callFrom(await openPage(), api, { credentials: 'include', ...(await authorized()) });
  expect(withCookies.seen).toBe('TypeError: Failed to fetch');
  expect(withCookies.complaints).toContain(
    "must not be the wildcard '*' when the request's credentials mode is 'include'",
  );
});

test('a preflight that is redirected fails', async ({ openPage }) => {
  await using api = await apiOf((_req, res) => void res.redirect(308, '/elsewhere'));
  const { seen, complaints } = await callFrom(await openPage(), api, await authorized());
  expect(seen).toBe('TypeError: Failed to fetch');
  expect(complaints).toContain('Redirect is not allowed for a preflight request');
});
