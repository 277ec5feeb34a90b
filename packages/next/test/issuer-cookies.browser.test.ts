// What a real browser does with the published cookies that come through the issuer route.
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { NextRequest } from 'next/server.js';
import type { BrowserContextOptions, Page } from 'playwright-core';
import selfsigned from 'selfsigned';
import { afterEach, describe, expect, vi } from 'vitest';
import { browserTest as test } from '../../../scripts/browser-test.ts';
import { createToriiNext } from '../src/index.ts';

const servers: Server[] = [];
afterEach(() => {
  vi.unstubAllEnvs();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** An issuer that sets its cookies exactly as Torii documents them, and shows the cookies that it gets. */
const issuer: RequestListener = (req, res) => {
  const attributes = 'Secure; SameSite=None; Partitioned';
  const both = (session: string, hint: string, age: number) => [
    `__client_session=${session}; Max-Age=${age}; Path=/_torii; HttpOnly; ${attributes}`,
    `__client_session_hint=${hint}; Max-Age=${age}; Path=/; Domain=example.com; ${attributes}`,
  ];
  if (req.url === '/_torii/auth/login') res.setHeader('Set-Cookie', both('secret', '1', 600));
  if (req.url === '/_torii/auth/logout') res.setHeader('Set-Cookie', both('', '', 0));
  res.setHeader('Content-Type', 'application/json');
  res.end(JSON.stringify((req.headers.cookie ?? '').split('; ').filter(Boolean).toSorted()));
};

/** Serves the issuer route and an empty page. A proxy's request has the whole URL as its target. */
async function serveApp(scheme: 'http' | 'https', host?: string): Promise<{ origin: string; port: number }> {
  const upstream = `http://127.0.0.1:${await listen(createServer(issuer))}`;
  const app: RequestListener = async (req, res) => {
    const url = new URL(req.url ?? '', origin);
    if (!url.pathname.startsWith('/_torii/')) {
      res.setHeader('Content-Type', 'text/html').end('<p>app</p>');
      return;
    }
    const method = req.method as 'GET' | 'POST';
    const body = method === 'POST' ? new Uint8Array(await buffer(req)) : null;
    const headers = new Headers(req.headers as Record<string, string>);
    const response = await issuerRoutes[method](new NextRequest(url, { method, headers, body }));
    res.writeHead(response.status, [...response.headers].flat()).end(Buffer.from(await response.arrayBuffer()));
  };
  const { cert, private: key } = await selfsigned.generate([{ name: 'commonName', value: '127.0.0.1' }]);
  const port = await listen(scheme === 'https' ? createTlsServer({ cert, key }, app) : createServer(app));
  const origin = `${scheme}://${host ?? `127.0.0.1:${port}`}`;
  const { issuerRoutes } = createToriiNext({ issuer: upstream, signInPath: '/sign-in', origins: [origin] });
  return { origin, port };
}

async function ask(page: Page, path: string, method: 'GET' | 'POST' = 'GET'): Promise<readonly string[]> {
  return page.evaluate(
    async ([path, method]) => (await fetch(path as string, { method: method as string })).json(),
    [path, method],
  );
}

interface Case {
  readonly scheme: 'http' | 'https';
  readonly host?: string;
  readonly production?: boolean;
}

describe.each<readonly [string, Case]>([
  ['over https', { scheme: 'https' }],
  ['over http on loopback', { scheme: 'http' }],
  ['over http on loopback in production', { scheme: 'http', production: true }],
  ['over http on another host', { scheme: 'http', host: 'app.test' }],
])('%s', (_name, { scheme, host, production = false }) => {
  test('the browser stores both cookies, sends them back and forgets them after the logout', async ({ openPage }) => {
    if (production) vi.stubEnv('NODE_ENV', 'production');
    const { origin, port } = await serveApp(scheme, host);
    const throughProxy: BrowserContextOptions = host ? { proxy: { server: `http://127.0.0.1:${port}` } } : {};
    const page = await openPage({ ignoreHTTPSErrors: true, ...throughProxy });
    await page.goto(origin);
    expect(await ask(page, '/_torii/client')).toEqual([]);
    await ask(page, '/_torii/auth/login', 'POST');
    const both = ['__client_session=secret', '__client_session_hint=1'];
    expect(await ask(page, '/_torii/client')).toEqual(both);

    const secure = scheme === 'https' || production;
    const cookies = await page.context().cookies();
    const found = cookies.find(({ name }) => name === '__client_session');
    expect(found).toMatchObject({ httpOnly: true, secure, sameSite: secure ? 'None' : 'Lax', path: '/_torii' });
    expect(new Set(cookies.map(({ domain }) => domain))).toEqual(new Set([new URL(origin).hostname]));
    // The hint is for scripts, the session is not.
    const visible = await page.evaluate<string>('document.cookie');
    expect(visible).toContain('__client_session_hint=1');
    expect(visible).not.toContain('secret');

    // A page load and a new tab find them too.
    const tab = await page.context().newPage();
    await tab.goto(`${origin}/_torii/client`);
    expect(JSON.parse((await tab.textContent('body')) ?? '')).toEqual(both);

    await ask(page, '/_torii/auth/logout', 'POST');
    expect(await ask(page, '/_torii/client')).toEqual([]);
    expect(await page.context().cookies()).toEqual([]);
  });
});
