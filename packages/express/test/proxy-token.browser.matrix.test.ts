import { request } from 'node:http';
import { startEmulator } from '@torii/emulator';
import express from 'express';
import { afterAll, expect } from 'vitest';
import { browserTest } from '../../../scripts/browser-test.ts';
import { listen } from '../../../scripts/http-exchange.ts';
import { requireAuth } from '../src/index.ts';

const torii = await startEmulator();
afterAll(() => torii.stop());
const token = await torii.token({ userId: 'ada' });

const page = (action: string) => `<!doctype html><form method="post" action="${action}"><button>Send</button></form>`;

/** A proxy that makes a header from its cookie, as Cloudflare Access does. Notes which requests it added the header to. */
async function startProxied(allowNonBrowsers: boolean) {
  const app = express();
  app.use(requireAuth({ issuer: torii.issuer, header: 'x-proxy-token', scheme: 'none', allowNonBrowsers }));
  app.get('/', (_req, res) => void res.send(page('/transfer')));
  app.post('/transfer', (req, res) => void res.send(`transferred by ${req.auth?.userId}`));
  const upstream = await listen(app);
  const added: string[] = [];
  const proxy = await listen((incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming;
    if (url === '/sign-in') {
      const cookie = 'session=ada; Path=/; HttpOnly; Secure; SameSite=None';
      outgoing.writeHead(303, { 'Set-Cookie': cookie, Location: '/' }).end();
      return;
    }
    const isKnown = headers.cookie === 'session=ada';
    if (isKnown) added.push(`${method} ${url}`);
    const sent = { ...headers, ...(isKnown && { 'x-proxy-token': token }) };
    incoming.pipe(
      request(upstream.origin + url, { method, headers: sent }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 0, answer.headers);
        answer.pipe(outgoing);
      }),
    );
  });
  return {
    // Another site than 127.0.0.1, and one where browsers accept `Secure` cookies over http.
    origin: proxy.origin.replace('127.0.0.1', 'localhost'),
    added,
    [Symbol.asyncDispose]: async () => {
      await proxy[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
    },
  };
}

for (const allowNonBrowsers of [false, true]) {
  browserTest(
    `[14] a form of another site is refused behind a proxy with a cookie, with allowNonBrowsers ${allowNonBrowsers}`,
    async ({ openPage }) => {
      await using proxied = await startProxied(allowNonBrowsers);
      await using evil = await listen((req, res) => {
        const policy = req.url === '/silent' ? { 'Referrer-Policy': 'no-referrer' } : {};
        res.writeHead(200, { 'Content-Type': 'text/html', ...policy }).end(page(`${proxied.origin}/transfer`));
      });
      const tab = await openPage();
      const submit = async () => {
        await tab.getByRole('button').click();
        await tab.waitForURL('**/transfer');
        return tab.locator('body').textContent();
      };
      await tab.goto(`${proxied.origin}/sign-in`);
      expect(await submit()).toBe('transferred by ada');
      for (const path of ['/', '/silent']) {
        await tab.goto(evil.origin + path);
        expect(await submit()).toContain('token_missing');
      }
      // The proxy has added the token to all of them.
      expect(proxied.added.filter((each) => each === 'POST /transfer')).toHaveLength(3);
    },
  );
}
