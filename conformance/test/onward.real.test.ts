// Calls from the app to services of the same issuer, and from them to a third one. And where a token must not be: in what
// browsers get, in the build, in Next's caches and in the log.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createVerifier } from '@torii/core';
import { type Emulator, startEmulator } from '@torii/emulator';
import { getToken as getExpressToken, requireAuth as requireExpressAuth } from '@torii/express';
import { getToken as getKoaToken, requireAuth as requireKoaAuth } from '@torii/koa';
import express from 'express';
import Koa from 'koa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasCacheComponents, variantsOf } from '../../packages/next/test/apps.ts';
import { bearer, cookie, html, type RawRequest, send } from '../../packages/next/test/raw.ts';
import { buildLimitMs, type RunningApp, startApp } from '../../packages/next/test/running-app.ts';
import { type Listening, listen } from '../../scripts/http-exchange.ts';

const publishableKey = 'pk_test_onward';
const login = { email: 'ada@app.test', password: 'correct horse battery' };

let emulator: Emulator;
let stock: Listening;
let services: readonly Listening[];
let userId: string;
let token: string;
/** The tokens that the services got. */
const received = new Set<string>();
beforeAll(async () => {
  const template = { claims: { aud: 'https://chat.test' }, expiresInSeconds: 86_400 };
  const tokenTemplates = { chat: template, kept: template };
  // Long-lived, because the apps may have to be built first.
  emulator = await startEmulator({ publishableKey, tokenTemplates, tokenLifetimeSeconds: 86_400 });
  ({ id: userId } = await emulator.createUser(login));
  const headers = { 'content-type': 'application/json' };
  const session = await fetch(emulator.loginUrl, { method: 'POST', headers, body: JSON.stringify(login) });
  token = ((await session.json()) as { accessToken: string }).accessToken;
  stock = await serveStock();
  services = [await listen(expressService()), await listen(koaService())];
});
afterAll(async () => {
  for (const each of [...services, stock]) await each[Symbol.asyncDispose]();
  await emulator.stop();
});

async function serveStock(): Promise<Listening> {
  const verifier = createVerifier({ issuer: emulator.issuer });
  return listen(async (request, response) => {
    const { auth, denial } = await verifier.check(request);
    const body = denial?.body ?? { service: 'stock', userId: auth?.userId };
    response.writeHead(denial?.status ?? 200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  });
}

async function askStock(onward: string): Promise<unknown> {
  received.add(onward);
  const answer = await fetch(stock.origin, { headers: { Authorization: `Bearer ${onward}` } });
  return answer.json();
}

function expressService(): express.Express {
  const app = express().use(requireExpressAuth({ issuer: emulator.issuer, exposeToken: true }));
  return app.use(async (req, res) => {
    res.json({ service: 'express', userId: req.auth?.userId, next: await askStock(getExpressToken(req)) });
  });
}

function koaService(): ReturnType<Koa['callback']> {
  const app = new Koa();
  app.use(async (ctx, next) => {
    const [, sent = ''] = ctx.get('authorization').split(' ');
    if (sent !== 'null') received.add(sent);
    await next();
  });
  app.use(requireKoaAuth({ issuer: emulator.issuer, exposeToken: true }));
  app.use(async (ctx) => {
    ctx.body = { service: 'koa', userId: ctx.state.auth?.userId, next: await askStock(getKoaToken(ctx)) };
  });
  return app.callback();
}

const answersFor = (id: string) =>
  ['express', 'koa'].map((service) => ({ service, userId: id, next: { service: 'stock', userId: id } }));

const variants = variantsOf();

describe.each(variants)('%s', (variant) => {
  let app: RunningApp;
  /** Everything that the app has sent. */
  const sent: string[] = [];
  beforeAll(async () => {
    received.clear();
    app = await startApp(variant, {
      issuer: emulator.issuer,
      options: { publishableKey },
      environment: { SERVICES: JSON.stringify(services.map(({ origin }) => origin)) },
    });
  }, buildLimitMs);
  afterAll(() => app?.[Symbol.asyncDispose]());

  const ask = async (path: string, request: RawRequest = {}) => {
    const answer = await send(app.url, app.pathOf(path), request);
    sent.push(answer.body, JSON.stringify([...answer.headers]));
    return answer;
  };
  const textOf = (page: string, id: string) =>
    new RegExp(`<p id="${id}">(.*?)</p>`).exec(page)?.[1]?.replaceAll('&quot;', '"') ?? '';

  test('a page calls services as its user, and they call a third one', async () => {
    for (const credential of [cookie(token), bearer(token)]) {
      const page = await ask('/onward', { headers: [html, credential] });
      expect(JSON.parse(textOf(page.body, 'answers'))).toEqual(answersFor(userId));
    }
  });

  test('[39] services of this issuer refuse the token of a template', async () => {
    const { body } = await ask('/onward', { headers: [html, cookie(token)] });
    expect(JSON.parse(textOf(body, 'template'))).toMatchObject([
      { error: { reason: 'audience_refused' } },
      { error: { reason: 'audience_refused' } },
    ]);
    const audiences = [...received].map(audienceOf);
    expect(new Set(audiences)).toEqual(new Set([undefined, 'https://chat.test']));
  });

  test.each<[string, string, RawRequest]>([
    ['a route', '/api/onward', {}],
    ['a route that changes data', '/api/onward', { method: 'POST', headers: [['Sec-Fetch-Site', 'same-origin']] }],
    ['a route of the pages router', '/api/onward-legacy', {}],
  ])('%s calls services as its user', async (_name, path, request) => {
    const { body } = await ask(path, { ...request, headers: [cookie(token), ...(request.headers ?? [])] });
    expect(JSON.parse(body)).toEqual(answersFor(userId));
  });

  test('an action calls services as its user', async () => {
    const { body } = await ask('/onward', {
      method: 'POST',
      headers: [...actionHeaders(app), cookie(token), ['Origin', app.url]],
      body: '[]',
    });
    expect(body).toContain(JSON.stringify(JSON.stringify(answersFor(userId))).slice(1, -1));
  });

  test('[14] no service is called as the user of a cookie that does not count', async () => {
    const before = new Set(received);
    const foreign = [cookie(token), ['Origin', 'https://evil.test']] as const;
    await ask('/api/onward', { method: 'POST', headers: foreign });
    await ask('/onward', { method: 'POST', headers: [...actionHeaders(app), ...foreign], body: '[]' });
    const legacy = await ask('/api/onward-legacy', { method: 'POST', headers: foreign });
    expect(legacy.body).not.toContain(userId);
    expect(received).toEqual(before);
  });

  test('[11] [16] [20] no token is in a response, a payload, the build, a cache or the log', async () => {
    const payloads: readonly (readonly (readonly [string, string])[])[] = [
      [['RSC', '1']],
      [
        ['RSC', '1'],
        ['Next-Router-Prefetch', '1'],
      ],
      [
        ['RSC', '1'],
        ['Next-Router-Prefetch', '2'],
      ],
      [
        ['RSC', '1'],
        ['Next-Router-Segment-Prefetch', '/_tree'],
      ],
      [
        ['RSC', '1'],
        ['Next-Router-Segment-Prefetch', '/onward/__PAGE__'],
      ],
      [['Purpose', 'prefetch'], html],
    ];
    for (const path of ['/onward', '/onward/kept', '/api/onward', '/api/onward-legacy']) {
      for (const headers of [[html], ...payloads]) await ask(path, { headers: [cookie(token), ...headers] });
    }
    const isKept = !hasCacheComponents(variant);
    const kept = await ask('/onward/kept', { headers: [html, cookie(token)] });
    if (isKept) expect(textOf(kept.body, 'answers')).toContain('audience_refused');
    const templates = [...received].filter((each) => audienceOf(each) !== undefined);
    expect(templates).toHaveLength(isKept ? 2 : 1);
    const files = globSync('.next/**', { cwd: app.folder, withFileTypes: true }).filter((each) => each.isFile());
    expect(files.length).toBeGreaterThan(50);
    expect(received.has(token)).toBe(true);
    const parts = [...received].flatMap((secret) => secret.split('.').slice(1)).flatMap(formsOf);
    for (const part of parts) expect(part.length).toBeGreaterThan(50);
    const partsIn = (text: string | Buffer) => parts.filter((part) => text.includes(part));
    for (const text of [...sent, app.output()]) expect(partsIn(text)).toEqual([]);
    for (const { parentPath, name } of files) {
      const file = join(parentPath, name);
      expect([file, ...partsIn(readFileSync(file))]).toEqual([file]);
    }
  });
});

function audienceOf(token: string): unknown {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).aud;
}

/** A text, and its three forms inside of a longer text in base64: Next's caches encode the bodies of responses. */
function formsOf(text: string): readonly string[] {
  const encoded = [0, 1, 2].map((shift) =>
    Buffer.from('-'.repeat(shift) + text)
      .toString('base64')
      .slice(4, -4),
  );
  return [text, ...encoded];
}

function actionHeaders({ folder }: RunningApp): readonly (readonly [string, string])[] {
  const manifest = JSON.parse(readFileSync(join(folder, '.next/server/server-reference-manifest.json'), 'utf8'));
  const found = Object.entries<{ workers: object }>(manifest.node).find(
    ([, { workers }]) => 'app/onward/page' in workers,
  );
  return [
    ['Content-Type', 'text/plain;charset=UTF-8'],
    ['next-action', found?.[0] ?? ''],
  ];
}
