import { createServer, type RequestListener } from 'node:http';
import { connect as connectHttp2, createServer as createHttp2Server, type OutgoingHttpHeaders } from 'node:http2';
import { type AddressInfo, connect, type Server } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { createVerifier, type RequestLike } from '@torii/core';
import { startEmulator } from '@torii/emulator';
import { requireAuth as forExpress } from '@torii/express';
import { requireAuth as forFastify } from '@torii/fastify';
import { requireAuth as forHono } from '@torii/hono';
import { requireAuth as forKoa } from '@torii/koa';
import express5 from 'express';
import express4 from 'express4';
import { type FastifyServerOptions, fastify } from 'fastify';
import { Hono } from 'hono';
import Koa3 from 'koa';
import Koa2 from 'koa2';
import { afterAll, afterEach, describe, expect, test } from 'vitest';

const torii = await startEmulator();
afterAll(() => torii.stop());
const token = await torii.token({ userId: 'ada' });

/** The host that the checks see, and the host that the framework shows to the app. `null`: unknown. */
interface Seen {
  readonly checked: string | null;
  readonly shown: string | null;
}

let checked: string | null = null;
const verifier = createVerifier({
  issuer: torii.issuer,
  checks: [
    (_auth, request) => {
      checked = request.host ?? null;
      return true;
    },
  ],
});

const running: { close(): unknown }[] = [];
afterEach(() => {
  for (const each of running.splice(0)) each.close();
});

async function portOf(server: Server): Promise<number> {
  running.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** Sends a request byte for byte: no client sends two Host headers, or a target and a Host header that differ. */
async function ask(
  listener: RequestListener,
  target: string,
  lines: readonly string[],
  version = '1.1',
): Promise<Seen | { readonly status: number }> {
  const socket = connect(await portOf(createServer(listener)), '127.0.0.1');
  const head = [`GET ${target} HTTP/${version}`, ...lines, `Authorization: Bearer ${token}`, 'Connection: close'];
  socket.write(`${head.join('\r\n')}\r\n\r\n`, 'latin1');
  let text = '';
  for await (const chunk of socket.setEncoding('utf8')) text += chunk;
  const status = Number(text.split(' ', 2)[1]);
  return status === 200 ? JSON.parse(/\{.*\}/.exec(text)?.[0] ?? '') : { status };
}

const nodeHttp: RequestListener = async (req, res) => {
  const { denial } = await verifier.check(req);
  res.writeHead(denial?.status ?? 200);
  res.end(JSON.stringify({ checked, shown: req.headers.host ?? null } satisfies Seen));
};

const expressApp =
  (express: typeof express5) =>
  (trust: unknown = false): RequestListener =>
    express()
      .set('trust proxy', trust)
      // `hostname`, which has no port, because `host` is deprecated in Express 4.
      .use(forExpress(verifier), (req, res) => void res.json({ checked, shown: req.hostname ?? null } satisfies Seen));

const koaApp =
  (Koa: typeof Koa3) =>
  (options: { proxy?: boolean; maxIpsCount?: number } = {}): RequestListener => {
    const app = new Koa(options);
    app.use(forKoa(verifier)).use((ctx) => {
      ctx.body = { checked, shown: ctx.host === '' ? null : ctx.host } satisfies Seen;
    });
    return app.callback();
  };

// Hono has no setting for proxies, and shows the host in the URL of the request.
const honoApp = (): RequestListener => {
  const app = new Hono().use(forHono(verifier));
  app.all('*', (c) => c.json({ checked, shown: new URL(c.req.url).host } satisfies Seen));
  return getRequestListener(app.fetch, { overrideGlobalObjects: false });
};

const fastifyApp = (options: FastifyServerOptions = {}): RequestListener => {
  const app = fastify(options);
  app.get('*', { onRequest: forFastify(verifier) }, async ({ host }) => ({
    checked,
    shown: host === '' ? null : host,
  }));
  return async (req, res) => {
    await app.ready();
    app.routing(req, res);
  };
};

// Casts, because the types of two major versions are incompatible. The adapters use only what both versions have.
const expressApps = {
  'Express 4': expressApp(express4 as unknown as typeof express5),
  'Express 5': expressApp(express5),
};
const koaApps = { 'Koa 2': koaApp(Koa2 as unknown as typeof Koa3), 'Koa 3': koaApp(Koa3) };
const servers = Object.entries({
  ...expressApps,
  ...koaApps,
  Fastify: fastifyApp,
  Hono: honoApp,
  'node:http': () => nodeHttp,
});

const host = (...names: readonly string[]) => names.map((name) => `Host: ${name}`);

describe.each(servers)('[32] the host in %s', (framework, create) => {
  test.each<[string, string, readonly string[], string]>([
    ['of the Host header', '/', host('acme.test'), 'acme.test'],
    ['with its port', '/', host('acme.test:8443'), 'acme.test:8443'],
    ['in lower case', '/', host('ACME.Test'), 'acme.test'],
    ['that is an IPv6 address', '/', host('[::1]:3000'), '[::1]:3000'],
    ['that is an IPv4 address', '/', host('127.0.0.1'), '127.0.0.1'],
    ['that an absolute target names too', 'http://acme.test/', host('acme.test'), 'acme.test'],
    ['that an absolute target names in capitals', 'HTTP://ACME.TEST/', host('acme.test'), 'acme.test'],
    ['that an absolute target names with the default port', 'http://acme.test:80/', host('acme.test'), 'acme.test'],
    ['that an absolute https target names too', 'https://acme.test/', host('acme.test:443'), 'acme.test:443'],
    ['that an absolute target without a path names too', 'http://acme.test', host('acme.test'), 'acme.test'],
    ['whatever X-Forwarded-Host says', '/', [...host('acme.test'), 'X-Forwarded-Host: b.test'], 'acme.test'],
    ['whatever a URL in the path or query says', '//b.test/?u=http://b.test/', host('acme.test'), 'acme.test'],
  ])('is that %s', async (_case, target, lines, expected) => {
    const seen = await ask(create(), target, lines);
    // Hono's server refuses a scheme in capitals.
    if (framework === 'Hono' && target.startsWith('HTTP:')) expect(seen).toEqual({ status: 400 });
    else expect(seen).toMatchObject({ checked: expected });
  });

  test.each<[string, string, readonly string[], string?]>([
    ['an absolute target names another host', 'http://b.test/', host('acme.test')],
    ['an absolute target names a subdomain', 'http://x.acme.test/', host('acme.test')],
    ['an absolute target names a longer host', 'http://acme.test.b.test/', host('acme.test')],
    ['an absolute target has another port', 'http://acme.test:81/', host('acme.test')],
    ['an absolute target has the default port of another scheme', 'http://acme.test:443/', host('acme.test')],
    ['an absolute target has a final dot', 'http://acme.test./', host('acme.test')],
    ['an absolute target has a user name', 'http://acme.test@b.test/', host('acme.test')],
    ['an absolute target has a user name before the host', 'http://b.test@acme.test/', host('acme.test')],
    ['an absolute target of another scheme names another host', 'ftp://b.test/', host('acme.test')],
    ['there are two Host headers', '/', host('acme.test', 'b.test')],
    ['there are two equal Host headers', '/', host('acme.test', 'acme.test')],
    ['the second Host header agrees with the target', 'http://b.test/', host('acme.test', 'b.test')],
    ['the Host header is empty', '/', host('')],
    ['the Host header is empty beside an absolute target', 'http://acme.test/', host('')],
    ['the Host header is a list', '/', host('acme.test, b.test')],
    ['the Host header has a user name', '/', host('acme.test@b.test')],
    ['the Host header has a space', '/', host('acme.test b.test')],
    ['the Host header has a path', '/', host('acme.test/b.test')],
    ['the Host header has a query', '/', host('acme.test?b.test')],
    ['the Host header has a fragment', '/', host('acme.test#b.test')],
    ['the Host header has a backslash', '/', host('acme.test\\b.test')],
    ['the Host header is a URL', '/', host('http://acme.test')],
    ['the Host header is percent-encoded', '/', host('acme%2etest')],
    ['the Host header is not ASCII', '/', host('acm\u00E9.test')],
    ['the Host header has an empty label', '/', host('acme..test')],
    ['the Host header has two ports', '/', host('acme.test:80:81')],
    ['the port is empty', '/', host('acme.test:')],
    ['the port is a word', '/', host('acme.test:http')],
    ['the port is too large', '/', host('acme.test:65536')],
    ['the IPv6 address is malformed', '/', host('[::1')],
    ['the IPv6 address is not in brackets', '/', host('::1')],
    ['there is no Host header, in HTTP/1.0', '/', [], '1.0'],
    [
      'an absolute target alone names it, in HTTP/1.0, and the framework does not show it',
      'http://acme.test/',
      [],
      '1.0',
    ],
  ])('is unknown if %s', async (_case, target, lines, version) => {
    const seen = await ask(create(), target, lines, version);
    if ('status' in seen) expect(seen.status).toBe(400);
    // Hono shows the host of the target.
    else if (framework === 'Hono' && target === 'http://acme.test/' && version === '1.0') {
      expect(seen).toEqual({ checked: 'acme.test', shown: 'acme.test' });
    } else expect(seen.checked).toBeNull();
  });
});

/** The headers of a proxy that forwards `hosts`, each in one header line, on behalf of the addresses `from`. */
const forwarded = (hosts: readonly string[], from = '') => [
  'Host: inner.test',
  ...hosts.map((name) => `X-Forwarded-Host: ${name}`),
  ...(from === '' ? [] : [`X-Forwarded-For: ${from}`]),
];

describe.each(Object.entries(expressApps))('[32] a forwarded host in %s', (_name, create) => {
  const onlyLocal = (address: string) => address === '127.0.0.1';

  test.each<[string, unknown, readonly string[], string]>([
    ['is ignored without a trusted proxy', false, forwarded(['acme.test']), 'inner.test'],
    ['is ignored if another address is trusted', '10.0.0.1', forwarded(['acme.test']), 'inner.test'],
    ['counts if the proxy is trusted', 'loopback', forwarded(['acme.test']), 'acme.test'],
    ['counts with its port', 1, forwarded(['ACME.test:8443']), 'acme.test:8443'],
    ['counts if a function trusts the proxy', onlyLocal, forwarded(['acme.test'], '10.0.0.9'), 'acme.test'],
    ['replaces two Host headers', 1, [...forwarded(['acme.test']), 'Host: b.test'], 'acme.test'],
    ['replaces a malformed Host header', 1, ['Host: a@b', 'X-Forwarded-Host: acme.test'], 'acme.test'],
    ['is the first of a list if all proxies are trusted', true, forwarded(['acme.test, inner.test']), 'acme.test'],
    ['is the first if two hops are trusted', 2, forwarded(['acme.test, b.test'], '10.0.0.9, 10.0.0.1'), 'acme.test'],
    [
      'is the first if the addresses of all hops are trusted',
      'loopback, 10.0.0.0/8',
      forwarded(['acme.test, b.test, c.test'], '203.0.113.9, 10.0.0.2, 10.0.0.1'),
      'acme.test',
    ],
  ])('%s', async (_case, trust, lines, expected) => {
    expect(await ask(create(trust), '/', lines)).toMatchObject({ checked: expected });
  });

  test('is not compared with the Host header or an absolute target', async () => {
    expect(await ask(create(1), 'http://b.test/', forwarded(['acme.test']))).toMatchObject({ checked: 'acme.test' });
  });

  test.each<[string, unknown, readonly string[]]>([
    ['a list behind one trusted hop', 1, forwarded(['acme.test, b.test'], '203.0.113.9')],
    ['a list without X-Forwarded-For', 1, forwarded(['acme.test, b.test'])],
    ['a list without X-Forwarded-For behind two hops', 2, forwarded(['acme.test, b.test'])],
    ['a list of three behind two trusted hops', 2, forwarded(['acme.test, b.test, c.test'], '1.1.1.1, 10.0.0.2')],
    ['two headers behind one trusted hop', 1, forwarded(['acme.test', 'b.test'], '203.0.113.9')],
    ['two equal headers behind one trusted hop', 1, forwarded(['acme.test', 'acme.test'], '203.0.113.9')],
    ['a list whose second hop is not trusted', 'loopback', forwarded(['acme.test, b.test'], '203.0.113.9')],
    [
      'a list whose middle hop is not trusted',
      'loopback, 10.0.0.0/8',
      forwarded(['acme.test, b.test, c.test'], '10.0.0.2, 203.0.113.9'),
    ],
    ['a list whose second hop has no address', 'loopback', forwarded(['acme.test, b.test'], '203.0.113.9, ')],
    ['a list whose second hop is not an address', 'loopback', forwarded(['acme.test, b.test'], 'unknown')],
    ['a list that a function does not trust', onlyLocal, forwarded(['acme.test, b.test'], '203.0.113.9')],
    ['an empty host', 1, forwarded([''])],
    ['an empty host, if all proxies are trusted', true, forwarded([''])],
    ['an empty first host', true, forwarded([', acme.test'])],
    ['a host with a user name', 1, forwarded(['acme.test@b.test'])],
    ['a host with a space', 1, forwarded(['acme.test b.test'])],
    ['a host with a path', 1, forwarded(['acme.test/x'])],
    ['a URL', 1, forwarded(['https://acme.test'])],
  ])('is unknown if it is %s', async (_case, trust, lines) => {
    expect(await ask(create(trust), '/', lines)).toMatchObject({ checked: null });
  });

  test('is never another host than the one that Express shows', async () => {
    const lines = ['acme.test', 'acme.test, b.test', 'b.test,acme.test', 'acme.test:80', '[::1]:80', '', ',', 'a@b'];
    for (const trust of [false, true, 1, 2, 'loopback']) {
      for (const line of lines) {
        const seen = (await ask(create(trust), '/', forwarded([line], '127.0.0.1, 127.0.0.1'))) as Seen;
        if (seen.checked !== null) expect(seen.checked.replace(/:[0-9]+$/, '')).toBe(seen.shown);
      }
    }
  });
});

describe.each(Object.entries(koaApps))('[32] a forwarded host in %s', (_name, create) => {
  const proxy = true;

  test.each<[string, object, readonly string[], string]>([
    ['is ignored without `proxy`', {}, forwarded(['acme.test']), 'inner.test'],
    ['counts with `proxy`', { proxy }, forwarded(['acme.test']), 'acme.test'],
    ['counts behind one proxy', { proxy, maxIpsCount: 1 }, forwarded(['acme.test:1']), 'acme.test:1'],
    ['is the first of a list if all proxies are trusted', { proxy }, forwarded(['acme.test, b.test']), 'acme.test'],
    ['is the first of two behind two proxies', { proxy, maxIpsCount: 2 }, forwarded(['a.test, b.test']), 'a.test'],
    ['replaces two Host headers', { proxy }, [...forwarded(['acme.test']), 'Host: b.test'], 'acme.test'],
  ])('%s', async (_case, options, lines, expected) => {
    expect(await ask(create(options), '/', lines)).toEqual({ checked: expected, shown: expected });
  });

  test('is not compared with the Host header or an absolute target', async () => {
    expect(await ask(create({ proxy }), 'http://b.test/', forwarded(['acme.test']))).toMatchObject({
      checked: 'acme.test',
    });
  });

  test.each<[string, object, readonly string[]]>([
    ['a list behind one proxy', { proxy, maxIpsCount: 1 }, forwarded(['acme.test, b.test'])],
    ['two headers behind one proxy', { proxy, maxIpsCount: 1 }, forwarded(['acme.test', 'b.test'])],
    ['a list of three behind two proxies', { proxy, maxIpsCount: 2 }, forwarded(['a.test, b.test, c.test'])],
    ['empty', { proxy }, forwarded([''])],
    ['a list with an empty first host', { proxy }, forwarded([', acme.test'])],
    ['a host with a user name', { proxy }, forwarded(['acme.test@b.test'])],
    ['a host with a path', { proxy }, forwarded(['acme.test/x'])],
    ['a URL', { proxy }, forwarded(['https://acme.test'])],
  ])('is unknown if it is %s', async (_case, options, lines) => {
    expect(await ask(create(options), '/', lines)).toMatchObject({ checked: null });
  });
});

describe('[32] a forwarded host in Fastify', () => {
  const trustProxy = true;
  const onlyLocal = (address: string) => address === '127.0.0.1';

  test.each<[string, FastifyServerOptions, readonly string[], string]>([
    ['is ignored without `trustProxy`', {}, forwarded(['acme.test']), 'inner.test'],
    ['is ignored if another address is trusted', { trustProxy: '10.0.0.1' }, forwarded(['acme.test']), 'inner.test'],
    ['counts if the proxy is trusted', { trustProxy: 'loopback' }, forwarded(['acme.test']), 'acme.test'],
    ['counts if a function trusts the proxy', { trustProxy: onlyLocal }, forwarded(['acme.test:1']), 'acme.test:1'],
    ['is the last of a list', { trustProxy }, forwarded(['b.test, acme.test']), 'acme.test'],
    ['is the last of two headers', { trustProxy }, forwarded(['b.test', 'acme.test']), 'acme.test'],
    ['replaces two Host headers', { trustProxy }, [...forwarded(['acme.test']), 'Host: b.test'], 'acme.test'],
    ['replaces a malformed Host header', { trustProxy }, ['Host: a@b', 'X-Forwarded-Host: acme.test'], 'acme.test'],
    ['is that of the Host header if it is empty', { trustProxy }, forwarded(['']), 'inner.test'],
  ])('%s', async (_case, options, lines, expected) => {
    expect(await ask(fastifyApp(options), '/', lines)).toEqual({ checked: expected, shown: expected });
  });

  test('is not compared with the Host header or an absolute target', async () => {
    const seen = await ask(fastifyApp({ trustProxy }), 'http://b.test/', forwarded(['acme.test']));
    expect(seen).toMatchObject({ checked: 'acme.test' });
  });

  test.each<[string, readonly string[]]>([
    ['a list with an empty last host', forwarded(['acme.test,'])],
    ['a host with a user name', forwarded(['acme.test@b.test'])],
    ['a host with a space', forwarded(['acme.test b.test'])],
    ['a host with a path', forwarded(['acme.test/x'])],
    ['a URL', forwarded(['https://acme.test'])],
  ])('is unknown if it is %s', async (_case, lines) => {
    expect(await ask(fastifyApp({ trustProxy }), '/', lines)).toMatchObject({ checked: null });
  });

  test('is never another host than the one that Fastify shows', async () => {
    const lines = ['acme.test', 'acme.test, b.test', 'b.test,acme.test', 'acme.test:80', '[::1]:80', '', ',', 'a@b'];
    for (const trust of [false, true, onlyLocal, 'loopback', '10.0.0.1']) {
      for (const line of lines) {
        const request = forwarded([line], '127.0.0.1, 127.0.0.1');
        const seen = (await ask(fastifyApp({ trustProxy: trust }), '/', request)) as Seen;
        if (seen.checked !== null) expect(seen.checked).toBe(seen.shown);
      }
    }
  });
});

/** Sends a request over HTTP/2 without TLS. */
async function askHttp2(listener: RequestListener, headers: OutgoingHttpHeaders): Promise<Seen> {
  const port = await portOf(createHttp2Server(listener as unknown as Parameters<typeof createHttp2Server>[1] & object));
  const session = connectHttp2(`http://127.0.0.1:${port}`);
  running.unshift(session);
  const stream = session.request({ ':path': '/', authorization: `Bearer ${token}`, ...headers });
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) text += chunk;
  return JSON.parse(text) as Seen;
}

describe.each([
  ['node:http2', () => nodeHttp],
  ['Koa 2', koaApps['Koa 2']],
  ['Koa 3', koaApps['Koa 3']],
  ['Fastify', () => fastifyApp()],
])('[32] the host over HTTP/2 in %s', (_name, create) => {
  test.each<[string, OutgoingHttpHeaders, string | null]>([
    ['is that of :authority', { ':authority': 'ACME.test:8443' }, 'acme.test:8443'],
    ['is that of Host if there is no :authority', { host: 'acme.test' }, 'acme.test'],
    ['is known if Host agrees', { ':authority': 'acme.test', host: 'ACME.test' }, 'acme.test'],
    ['is known if Host has the default port', { ':authority': 'acme.test', host: 'acme.test:80' }, 'acme.test:80'],
    [
      'is known if :authority has the default port of https',
      { ':scheme': 'https', ':authority': 'acme.test:443', host: 'acme.test' },
      'acme.test',
    ],
    ['is unknown if Host differs', { ':authority': 'b.test', host: 'acme.test' }, null],
    ['is unknown if the port differs', { ':authority': 'acme.test:81', host: 'acme.test' }, null],
    ['is unknown if the port is that of another scheme', { ':authority': 'acme.test:443', host: 'acme.test' }, null],
    ['is unknown if Host has a port that is too large', { host: 'acme.test:65536' }, null],
  ])('%s', async (_case, headers, expected) => {
    expect((await askHttp2(create(), headers)).checked).toBe(expected);
  });
});

describe('[32] the host of a Fetch request', () => {
  const seen = async (request: RequestLike) => {
    await verifier.authenticate(request);
    return checked;
  };
  const request = (url: string, headers: Record<string, string> = {}) =>
    new Request(url, { headers: { authorization: `Bearer ${token}`, ...headers } });

  test('is that of its URL and its Host header, if they agree', async () => {
    expect(await seen(request('https://acme.test/'))).toBe('acme.test');
    expect(await seen(request('https://acme.test/', { host: 'acme.test' }))).toBe('acme.test');
    expect(await seen(request('https://acme.test/', { host: 'ACME.test:443' }))).toBe('acme.test:443');
  });

  test('is unknown if they differ', async () => {
    expect(await seen(request('http://localhost:3000/', { host: 'acme.test' }))).toBeNull();
    expect(await seen(request('https://acme.test/', { host: 'acme.test:80' }))).toBeNull();
    expect(await seen(request('https://acme.test/', { host: 'acme.test, b.test' }))).toBeNull();
    expect(await seen(request('https://acme.test/', { host: '' }))).toBeNull();
  });

  test('is the one that the app passes, if a proxy that it trusts has set it', async () => {
    const { method, url, headers } = request('http://localhost:3000/', { host: 'inner.test' });
    expect(await seen({ method, url, headers, host: 'acme.test' })).toBe('acme.test');
    expect(await seen({ method, url, headers, host: null })).toBeNull();
    expect(await seen({ method, url, headers, host: '' })).toBeNull();
    expect(await seen({ method, url, headers, host: 'acme.test, b.test' })).toBeNull();
  });
});
