import type { IncomingHttpHeaders, RequestListener, ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import { createVerifier, denialFor, ToriiError } from '@torii/core';
import { type Emulator, startEmulator } from '@torii/emulator';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Listening, listen } from '../../../scripts/http-exchange.ts';
import { createToriiNext, type ToriiNext } from '../src/index.ts';

const login = { email: 'ada@app.test', password: 'correct horse battery' };
const publishableKey = 'pk_test_templates';
const chat = { claims: { aud: 'https://chat.test' }, expiresInSeconds: 120 };

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ publishableKey, tokenTemplates: { chat } });
});
afterAll(() => emulator.stop());
afterEach(() => {
  vi.useRealTimers();
});

const appOptions = { signInPath: '/sign-in', origins: ['https://app.test'] };
const requestWith = (token: string) => ({ method: 'GET', headers: { authorization: `Bearer ${token}` } });

describe('with the emulator', () => {
  let userId: string;
  let session: string;
  let torii: ToriiNext;
  beforeAll(async () => {
    ({ id: userId } = await emulator.createUser(login));
    session = await logIn();
    torii = createToriiNext({ ...appOptions, issuer: emulator.issuer, publishableKey });
  });

  async function logIn(): Promise<string> {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(emulator.loginUrl, { method: 'POST', headers, body: JSON.stringify(login) });
    return (await response.json()).accessToken;
  }

  test('gives a token of the template, for this user and for no server of this issuer but the named one', async () => {
    const token = await torii.getToken({ template: 'chat', request: requestWith(session) });
    const given = createVerifier({ issuer: emulator.issuer, audience: 'https://chat.test' });
    expect((await given.verify(token)).userId).toBe(userId);
    // [39]
    const own = createVerifier({ issuer: emulator.issuer });
    await expect(own.verify(token)).rejects.toMatchObject({ reason: 'audience_refused' });
    expect(await torii.getToken({ request: requestWith(token ?? '') })).toBeNull();
  });

  test('a template that does not exist is an error that names it, and no refusal of the caller', async () => {
    const asked = torii.getToken({ template: 'nobody', request: requestWith(session) });
    await expect(asked).rejects.toMatchObject({ name: 'ToriiConfigError', option: 'template' });
    await expect(asked).rejects.toThrow(/`nobody`/);
    await expect(asked.catch((error: unknown) => denialFor(error))).resolves.toBeUndefined();
  });

  test('sends any name as one parameter', async () => {
    const asked = torii.getToken({ template: 'chat&template=admin', request: requestWith(session) });
    await expect(asked).rejects.toMatchObject({ name: 'ToriiConfigError', option: 'template' });
  });

  test("[37] a user whose session has ended is no error of the caller's request", async () => {
    const ended = await logIn();
    await fetch(`${emulator.issuer}/_torii/auth/logout`, { method: 'POST', headers: requestWith(ended).headers });
    const failure: unknown = await torii
      .getToken({ template: 'chat', request: requestWith(ended) })
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'ToriiApiError', status: 401 });
    expect(denialFor(failure)).toBeUndefined();
    expect(await torii.getToken({ request: requestWith(ended) })).toBe(ended);
  });

  test('[37] the key of another environment is reported as that', async () => {
    const other = createToriiNext({ ...appOptions, issuer: emulator.issuer, publishableKey: 'pk_test_another' });
    const asked = other.getToken({ template: 'chat', request: requestWith(session) });
    await expect(asked).rejects.toMatchObject({ name: 'ToriiApiError', status: 401, code: 'invalid_api_key' });
    await expect(asked).rejects.toThrow(/publishableKey/);
  });
});

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

interface Scripted extends AsyncDisposable {
  readonly origin: string;
  readonly seen: Seen[];
  readonly torii: ToriiNext;
  /** Asks for a token of the template `chat`, as the user whose token this is. */
  ask(token: string, template?: string): Promise<string | null>;
  tokenOf(userId: string, lifetimeSeconds?: number): Promise<string>;
}

/** An issuer that responds to each request for a token of a template with `answer`. */
async function script(answer: RequestListener, basePath = ''): Promise<Scripted> {
  const seen: Seen[] = [];
  const server: Listening = await listen((req, res) => {
    seen.push({ method: req.method, url: req.url, headers: req.headers });
    answer(req, res);
  });
  const issuer = server.origin + basePath;
  const keys = await (await fetch(emulator.jwksUrl)).json();
  const torii = createToriiNext({ ...appOptions, issuer, keys, publishableKey });
  return {
    origin: server.origin,
    seen,
    torii,
    ask: (token, template = 'chat') => torii.getToken({ template, request: requestWith(token) }),
    tokenOf: (userId, expiresInSeconds = 300) => emulator.token({ issuer, userId, expiresInSeconds }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const send = (res: ServerResponse, body: unknown, status = 200) =>
  res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));

/** A token of the user whose token is in the request. Only its claims matter. */
async function mintFor(headers: IncomingHttpHeaders, lifetimeSeconds = 120): Promise<string> {
  const { sub } = JSON.parse(Buffer.from(headers.authorization?.split('.')[1] ?? '', 'base64url').toString());
  const jti = crypto.randomUUID();
  return emulator.token({ userId: sub, expiresInSeconds: lifetimeSeconds, claims: { aud: 'https://chat.test', jti } });
}

const minting =
  (lifetimeSeconds?: number): RequestListener =>
  async (req, res) =>
    void send(res, { accessToken: await mintFor(req.headers, lifetimeSeconds) });

const subjectOf = (token: string | null) =>
  JSON.parse(Buffer.from(token?.split('.')[1] ?? '', 'base64url').toString()).sub;

describe('the request', () => {
  test('goes to the issuer of the token, with the verified token and the publishable key', async () => {
    await using issuer = await script(minting(), '/env/acme');
    const token = await issuer.tokenOf('ada');
    await issuer.ask(token, 'a b/ü');
    expect(issuer.seen).toMatchObject([
      {
        method: 'POST',
        url: '/env/acme/_torii/auth/session/token?template=a%20b%2F%C3%BC',
        headers: { authorization: `Bearer ${token}`, 'x-api-key': publishableKey },
      },
    ]);
    expect(issuer.seen[0]?.headers).not.toHaveProperty('cookie');
  });

  test('is not sent for a token that is not valid', async () => {
    await using issuer = await script(minting());
    const token = await issuer.tokenOf('ada');
    for (const bad of ['', 'a.b.c', `${token}x`, await emulator.token(), await issuer.tokenOf('ada', -600)]) {
      expect(await issuer.ask(bad)).toBeNull();
    }
    expect(issuer.seen).toEqual([]);
  });
});

describe('[4] callers share', () => {
  test('one request, if they ask for the same at once', async () => {
    const waiting: (() => void)[] = [];
    await using issuer = await script((req, res) => void waiting.push(() => minting()(req, res)));
    const [ada, bob] = [await issuer.tokenOf('ada'), await issuer.tokenOf('bob')];
    const asked = [
      ...Array.from({ length: 100 }, () => issuer.ask(ada)),
      ...Array.from({ length: 100 }, () => issuer.ask(bob)),
      issuer.ask(ada, 'reports'),
    ];
    await vi.waitUntil(() => waiting.length === 3);
    for (const answer of waiting) answer();
    const tokens = await Promise.all(asked);
    expect(issuer.seen).toHaveLength(3);
    expect(new Set(tokens).size).toBe(3);
    expect(tokens.map(subjectOf)).toEqual([...Array(100).fill('ada'), ...Array(100).fill('bob'), 'ada']);
  });

  test('a failure, and the next one asks again', async () => {
    let fails = true;
    const waiting: (() => void)[] = [];
    await using issuer = await script((req, res) => {
      if (!fails) minting()(req, res);
      else waiting.push(() => send(res, {}, 503));
    });
    const token = await issuer.tokenOf('ada');
    const asked = Array.from({ length: 10 }, () => issuer.ask(token).catch((error: unknown) => error));
    await vi.waitUntil(() => waiting.length === 1);
    fails = false;
    for (const answer of waiting) answer();
    for (const error of await Promise.all(asked)) expect(error).toMatchObject({ reason: 'token_unavailable' });
    expect(subjectOf(await issuer.ask(token))).toBe('ada');
    expect(issuer.seen).toHaveLength(2);
  });
});

describe('a token is remembered', () => {
  test('until shortly before its end', async () => {
    await using issuer = await script(minting(120));
    const token = await issuer.tokenOf('ada', 3600);
    const first = await issuer.ask(token);
    expect(await issuer.ask(token)).toBe(first);
    const start = Date.now();
    vi.useFakeTimers({ toFake: ['Date'], now: start + 85_000 });
    expect(await issuer.ask(token)).toBe(first);
    vi.setSystemTime(start + 95_000);
    expect(await issuer.ask(token)).not.toBe(first);
    expect(issuer.seen).toHaveLength(2);
  });

  test('[7] but not longer than the own token of the user is valid', async () => {
    await using issuer = await script(minting(86_400));
    const token = await issuer.tokenOf('ada', 60);
    await issuer.ask(token);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 91_000 });
    expect(await issuer.ask(token)).toBeNull();
  });

  test("[11] for the whole token alone: a user's next token, and one that ends alike, ask again", async () => {
    await using issuer = await script(minting());
    const token = await issuer.tokenOf('ada');
    const first = await issuer.ask(token);
    const second = await issuer.ask(await emulator.token({ issuer: issuer.origin, userId: 'ada', claims: { n: 1 } }));
    expect(second).not.toBe(first);
    const [, , signature] = token.split('.');
    const other = `${(await issuer.tokenOf('bob')).split('.').slice(0, 2).join('.')}.${signature}`;
    expect(await issuer.ask(other)).toBeNull();
    expect(issuer.seen).toHaveLength(2);
  });

  test('[11] not for another template, whose name begins or ends alike', async () => {
    await using issuer = await script(minting());
    const token = await issuer.tokenOf('ada');
    const tokens = await Promise.all(['chat', 'chat2', 'Chat', 'hat'].map((template) => issuer.ask(token, template)));
    expect(new Set(tokens).size).toBe(4);
  });

  test.each<[string, object]>([
    ['it does not say when it ends', { accessToken: 'opaque-token' }],
    ['its lifetime is not a number', { accessToken: 'opaque-token', expiresInSeconds: 'never' }],
    ['it has ended', { accessToken: 'opaque-token', expiresInSeconds: 0 }],
    ['it ended in the past', { accessToken: 'opaque-token', expiresInSeconds: -60 }],
  ])('not if %s', async (_name, body) => {
    await using issuer = await script((_req, res) => void send(res, body));
    const token = await issuer.tokenOf('ada');
    expect([await issuer.ask(token), await issuer.ask(token)]).toEqual(['opaque-token', 'opaque-token']);
    expect(issuer.seen).toHaveLength(2);
  });

  test.each<[string, { readonly users: number; readonly tokenLength: number }]>([
    ['a bounded number of users', { users: 1_000, tokenLength: 10 }],
    ['few users whose tokens are large', { users: 260, tokenLength: 16_000 }],
  ])('[36] by %s', async (_name, { users, tokenLength }) => {
    const answer = { accessToken: 'a'.repeat(tokenLength), expiresInSeconds: 3600 };
    await using issuer = await script((_req, res) => void send(res, answer));
    const [first = '', ...others] = await Promise.all(
      Array.from({ length: users + 1 }, (_, index) => issuer.tokenOf(`user-${index}`)),
    );
    const last = others.pop() ?? '';
    await issuer.ask(first);
    // Not all at once: on a slow machine, they would take longer than the time limit.
    while (others.length > 0) await Promise.all(others.splice(0, 20).map((token) => issuer.ask(token)));
    await issuer.ask(last);
    expect(await issuer.ask(last)).toBe(answer.accessToken);
    expect(issuer.seen).toHaveLength(users + 1);
    await issuer.ask(first);
    expect(issuer.seen).toHaveLength(users + 2);
  });
});

describe('[37] an answer that is no token is never a refusal of the caller', () => {
  const other = { name: 'ToriiUnavailableError', reason: 'token_unavailable', digest: 'torii.token_unavailable' };

  test.each<[string, RequestListener, object]>([
    ['429', (_req, res) => void send(res, {}, 429), { ...other, retryAfterSeconds: 1 }],
    ['500', (_req, res) => void send(res, {}, 500), other],
    ['503', (_req, res) => void res.writeHead(503, { 'Retry-After': '7' }).end(), { ...other, retryAfterSeconds: 7 }],
    ['a lost connection', (req) => void req.socket.destroy(), other],
    [
      'a body that breaks off',
      (_req, res) => void res.writeHead(200, { 'Content-Length': '99' }).write('{', () => res.destroy()),
      other,
    ],
    [
      '400',
      (_req, res) => void send(res, { code: 'bad_template' }, 400),
      { name: 'ToriiApiError', status: 400, code: 'bad_template' },
    ],
    [
      '401',
      (_req, res) => void send(res, { properties: { code: 'gone' } }, 401),
      { name: 'ToriiApiError', status: 401, code: 'gone' },
    ],
    [
      '403',
      (_req, res) => void res.writeHead(403).end('<html>'),
      { name: 'ToriiApiError', status: 403, code: 'unknown' },
    ],
    ['404', (_req, res) => void send(res, {}, 404), { name: 'ToriiConfigError', option: 'template' }],
    [
      '418',
      (_req, res) => void send(res, { code: 'eyJplanted' }, 418),
      { name: 'ToriiApiError', status: 418, code: 'unknown' },
    ],
    ['204', (_req, res) => void res.writeHead(204).end(), { status: 502, code: 'response_malformed' }],
    ['text', (_req, res) => void res.end('eyJplanted'), { status: 502, code: 'response_malformed' }],
    ['null', (_req, res) => void res.end('null'), { status: 502, code: 'response_malformed' }],
    ['a list', (_req, res) => void res.end('[]'), { status: 502, code: 'response_malformed' }],
    ['an empty token', (_req, res) => void send(res, { accessToken: '' }), { status: 502, code: 'response_malformed' }],
    ['a number', (_req, res) => void send(res, { accessToken: 7 }), { status: 502, code: 'response_malformed' }],
    [
      'two lines',
      (_req, res) => void send(res, { accessToken: 'a\r\nx: eyJplanted' }),
      { status: 502, code: 'response_malformed' },
    ],
    ['two tokens', (_req, res) => void send(res, { accessToken: 'a b' }), { status: 502, code: 'response_malformed' }],
    [
      'too long a token',
      (_req, res) => void send(res, { accessToken: 'a'.repeat(16_385) }),
      { status: 502, code: 'response_malformed' },
    ],
    [
      'a large body',
      (_req, res) => void send(res, { accessToken: 'a', padding: ' '.repeat(70_000) }),
      { status: 502, code: 'response_malformed' },
    ],
    [
      "the user's own token",
      (req, res) => void send(res, { accessToken: req.headers.authorization?.split(' ')[1] }),
      { status: 502, code: 'response_malformed' },
    ],
    [
      "another user's token",
      async (_req, res) => void send(res, { accessToken: await emulator.token({ userId: 'bob' }) }),
      { status: 502, code: 'response_malformed' },
    ],
  ])('%s', async (_name, answer, expected) => {
    await using issuer = await script(answer);
    const token = await issuer.tokenOf('ada');
    const failure: unknown = await issuer.ask(token).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ToriiError);
    expect(failure).toMatchObject(expected);
    expect([undefined, 503]).toContain(denialFor(failure)?.status);
    // [16]
    const shown = `${inspect(failure, { showHidden: true, depth: 9 })} ${JSON.stringify(failure)}`;
    for (const secret of ['eyJ', token, publishableKey]) expect(shown).not.toContain(secret);
    // Nothing of it is remembered.
    await expect(issuer.ask(token)).rejects.toMatchObject(expected);
    expect(issuer.seen).toHaveLength(2);
  });

  test('a body without an end', async () => {
    await using issuer = await script((_req, res) => {
      const timer = setInterval(() => res.write(' '.repeat(10_000)), 1);
      res.on('close', () => clearInterval(timer));
    });
    await expect(issuer.ask(await issuer.tokenOf('ada'))).rejects.toMatchObject({ code: 'response_malformed' });
  });

  test.each([301, 302, 303, 307, 308])('[30] a redirect (%i), which would take the token elsewhere', async (status) => {
    await using elsewhere = await script(minting());
    const location = `${elsewhere.origin}/_torii/auth/session/token?template=chat`;
    await using issuer = await script((_req, res) => void res.writeHead(status, { Location: location }).end());
    const asked = issuer.ask(await issuer.tokenOf('ada'));
    await expect(asked).rejects.toMatchObject({ name: 'ToriiApiError', status: 502, code: 'redirect_refused' });
    expect(elsewhere.seen).toEqual([]);
  });

  test.each<[string, RequestListener]>([
    ['no answer', () => {}],
    ['an answer that does not end', (_req, res) => void res.writeHead(200).write('{')],
  ])('%s within the time limit', async (_name, answer) => {
    await using issuer = await script(answer);
    const token = await issuer.tokenOf('ada');
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const asked = issuer.ask(token).catch((error: unknown) => error);
    await vi.waitUntil(() => issuer.seen.length === 1, { interval: 1 });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await asked).toMatchObject(other);
  });

  test('an issuer that cannot be reached', async () => {
    const issuer = await script(() => {});
    const token = await issuer.tokenOf('ada');
    await issuer[Symbol.asyncDispose]();
    const failure: unknown = await issuer.ask(token).catch((error: unknown) => error);
    expect(failure).toMatchObject(other);
    const shown = inspect(failure, { showHidden: true, depth: 9 });
    // Without the stack of the cause, which has the paths of this machine.
    for (const secret of ['eyJ', '    at ']) expect(shown).not.toContain(secret);
    expect(await issuer.torii.getToken({ request: requestWith(token) })).toBe(token);
  });

  test('a token that clock tolerance let pass here alone counts as expired', async () => {
    await using issuer = await script((_req, res) => void send(res, {}, 401));
    const token = await issuer.tokenOf('ada', -10);
    expect([await issuer.torii.getToken({ request: requestWith(token) }), await issuer.ask(token)]).toEqual([
      token,
      null,
    ]);
  });
});
