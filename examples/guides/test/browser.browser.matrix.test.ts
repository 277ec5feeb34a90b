// The two files of the guide in a real browser: a page, an API and an issuer on three origins.
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { type Emulator, startEmulator } from '@torii/emulator';
import { requireAuth } from '@torii/express';
import cors from 'cors';
import express from 'express';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { browserTest as test } from '../../../scripts/browser-test.ts';
import { type Listening, listen } from '../../../scripts/http-exchange.ts';

const ada = { email: 'ada@example.com', password: 'correct horse battery' };
let emulator: Emulator;
let site: Listening;
let api: Listening;

beforeAll(async () => {
  site = await listen((req, res) => {
    const [type, body] = answerTo(req.url ?? '');
    res.setHeader('content-type', type).end(body);
  });
  emulator = await startEmulator({ allowedOrigins: [site.origin] });
  await emulator.createUser(ada);
  api = await listen(
    express()
      .use(cors({ origin: site.origin, exposedHeaders: ['Retry-After'] }), requireAuth({ issuer: emulator.issuer }))
      .get('/me', (req, res) => void res.json({ userId: req.auth?.userId })),
  );
});
afterAll(async () => {
  await emulator.stop();
  await site[Symbol.asyncDispose]();
  await api[Symbol.asyncDispose]();
});

const app = () => `<p id="answer"></p><button>Sign out</button>
<script type="module">
  import { createApi } from '/api.js';
  import { signOut } from '/sign-out.js';
  const { createSession } = await import('${emulator.issuer}/_torii/browser/session.js');
  const session = createSession({ issuer: '${emulator.issuer}' });
  const callApi = createApi('${api.origin}', session, () => session.signIn());
  document.querySelector('button').onclick = () => signOut(session);
  const response = await callApi('/me');
  if (response.ok) document.getElementById('answer').textContent = 'User ' + (await response.json()).userId;
</script>`;

function answerTo(path: string): readonly [type: string, body: string] {
  const source = /^\/(api|sign-out)\.js$/.exec(path)?.[1];
  if (source === undefined) return ['text/html', path === '/app' ? app() : '<p>Everyone may see this.</p>'];
  const file = new URL(`../src/browser/${source}.ts`, import.meta.url);
  return ['text/javascript', stripTypeScriptTypes(readFileSync(file, 'utf8'))];
}

async function signIn(page: Page): Promise<void> {
  await page.goto(`${site.origin}/app`);
  // The API refuses the visitor, and `signIn` opens the page of the emulator.
  await page.getByLabel('Email').fill(ada.email);
  await page.getByLabel('Password').fill(ada.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText(/^User /).waitFor();
}

test('signs in after a 401, and keeps the token in memory only', async ({ openPage }) => {
  const page = await openPage();
  await signIn(page);
  expect(JSON.stringify(await page.context().storageState())).not.toContain('eyJ');
});

test('a sign-out leads all tabs to the public page, and the back button shows nothing of the user', async ({
  openPage,
}) => {
  const page = await openPage({ backForwardCache: true });
  await signIn(page);
  const other = await page.context().newPage();
  await other.goto(`${site.origin}/app`);
  await other.getByText(/^User /).waitFor();

  await page.getByRole('button', { name: 'Sign out' }).click();
  for (const tab of [page, other]) await tab.getByText('Everyone may see this.').waitFor();
  await page.goBack();
  await page.getByLabel('Email').waitFor();
});
