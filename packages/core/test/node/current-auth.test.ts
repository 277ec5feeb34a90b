import { AsyncResource } from 'node:async_hooks';
import { execFile } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { Agent, get, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, expect, test, vi } from 'vitest';
import { failOnCrashes } from '../../../../scripts/crash-guard.ts';
import { type Listening, listen } from '../../../../scripts/http-exchange.ts';
import { createGuards } from '../../src/adapter.ts';
import type { Auth } from '../../src/auth.ts';
import { createAuthKeeper, currentAuth } from '../../src/current-auth.ts';
import { createVerifier } from '../../src/verifier.ts';
import { issuer, makeKey, mint } from '../mint.ts';

failOnCrashes();
afterEach(() => void vi.useRealTimers());

const key = await makeKey();
const verifier = createVerifier({ issuer, keys: { keys: [key.publicJwk] } });

type Req = IncomingMessage & { auth?: unknown };
type Middleware = (req: Req, res: ServerResponse, next: () => unknown) => unknown;
type Handler = (req: Req, res: ServerResponse) => unknown;

const guards = createGuards<Req, Middleware>({
  place: 'req.auth',
  describe: (req) => ({ method: req.method, url: req.url, headers: req.headers, req }),
  read: (req) => req.auth,
  write(req, auth) {
    req.auth = auth;
  },
  toMiddleware: (guard) => (req, res, next) =>
    guard(req, {
      pass: next,
      answer: ({ status }) => void res.writeHead(status).end(),
      fail: () => void res.writeHead(500).end(),
      response: res,
    }),
});
const guard = guards.requireAuth(verifier);
const keep = createAuthKeeper<Req>({ place: 'req.auth', read: (req) => req.auth });

const serve = (handler: Handler, isKept = (_req: Req) => true): Promise<Listening> =>
  listen((req: Req, res) => {
    const handle = () => void Promise.resolve(handler(req, res)).catch((error) => res.destroy(error));
    void guard(req, res, () => (isKept(req) ? void keep(req, res, handle) : handle()));
  });

async function ask({ origin }: Listening, user: string, path = '/'): Promise<string> {
  const answer = await fetch(origin + path, { headers: { authorization: `Bearer ${await mint(key, { sub: user })}` } });
  return await answer.text();
}

/** The user that `currentAuth` finds, or the message of its error. */
function user(): string {
  try {
    return currentAuth().userId;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const noRequest = expect.stringContaining('There is no request here');
const ended = expect.stringContaining('The response of this request has ended');

test('finds nothing outside of a request', () => {
  expect(user()).toEqual(noRequest);
  expect(() => currentAuth({ optional: true })).toThrow(
    expect.objectContaining({ code: 'configuration_invalid', option: 'currentAuth' }),
  );
});

test.each([
  ['an unknown option', { required: true }],
  ['an option that is not true or false', { optional: 'yes' }],
  ['a request', { headers: {}, url: '/' }],
  ['null', null],
])('does not take %s', (_name, options) => {
  expect(() => currentAuth(options as never)).toThrow(expect.objectContaining({ code: 'configuration_invalid' }));
});

test('finds the Auth that the guard has verified, and it is frozen', async () => {
  let found: [unknown, unknown] | undefined;
  await using server = await serve(async (req, res) => {
    await nextTurn();
    found = [currentAuth(), req.auth];
    res.end(user());
  });
  expect(await ask(server, 'ada')).toBe('ada');
  expect(found?.[0]).toBe(found?.[1]);
  expect(Object.isFrozen(found?.[0])).toBe(true);
});

test('finds nothing if no guard ran, also if something else set the place', async () => {
  const found: string[] = [];
  await using server = await listen((req: Req, res) => {
    for (const auth of [undefined, { userId: 'eve' }, Object.freeze({ ...(req.auth as object), userId: 'eve' })]) {
      req.auth = auth;
      keep(req, res, () => found.push(user()));
    }
    req.auth = null;
    keep(req, res, () => found.push(user(), String(currentAuth({ optional: true }))));
    res.end();
  });
  await ask(server, 'ada');
  const notSet = expect.stringContaining('`req.auth` was not set by requireAuth');
  expect(found).toEqual([notSet, notSet, notSet, expect.stringContaining('`req.auth` is null'), 'null']);
});

test('1,000 requests at once find their own Auth each, at every step', async () => {
  const steps: readonly (() => Promise<unknown>)[] = [
    () => Promise.resolve(),
    () => nextTurn(),
    () => wait(1),
    () => new Promise((resolve) => process.nextTick(resolve)),
    () => new Promise((resolve) => queueMicrotask(() => resolve(undefined))),
    () => crypto.subtle.digest('SHA-256', new Uint8Array(1)),
  ];
  const wrong: unknown[] = [];
  let active = 0;
  let most = 0;
  await using server = await serve(async (req, res) => {
    most = Math.max(most, ++active);
    const own = (req.auth as Auth).userId;
    const random = Number(own.slice(4));
    for (let i = 0; i < 12; i++) {
      await steps[(random * 7 + i * i) % steps.length]?.();
      if (user() !== own) wrong.push([own, i, user()]);
    }
    const both = await Promise.all([1, 2].map(() => nextTurn().then(user)));
    if (both.some((each) => each !== own)) wrong.push([own, both]);
    active--;
    res.end(user());
  });
  const users = Array.from({ length: 1_000 }, (_, i) => `user${i % 50}`);
  const tokens = new Map(
    await Promise.all(users.slice(0, 50).map(async (sub) => [sub, await mint(key, { sub })] as const)),
  );
  const agent = new Agent({ keepAlive: true, maxSockets: 100 });
  const askOnce = (sub: string) =>
    new Promise<string>((resolve, reject) =>
      get(server.origin, { agent, headers: { authorization: `Bearer ${tokens.get(sub)}` } }, async (answer) => {
        let text = '';
        for await (const chunk of answer.setEncoding('utf8')) text += chunk;
        resolve(text);
      }).on('error', reject),
    );
  expect(await Promise.all(users.map(askOnce))).toEqual(users);
  agent.destroy();
  expect(wrong).toEqual([]);
  expect(most).toBeGreaterThan(10);
});

test('a later request on the same connection never finds the Auth of an earlier one', async () => {
  await using server = await serve(
    async (req, res) => {
      const first = user();
      // The next request may arrive before this response has ended.
      if (req.url === '/slow') await wait(20);
      res.end(`${first},${user()};`);
    },
    ({ url }) => url !== '/lost',
  );
  const [hostname = '', port] = server.host.split(':');
  const lines = async (path: string, sub: string) =>
    `GET ${path} HTTP/1.1\r\nHost: ${server.host}\r\nAuthorization: Bearer ${await mint(key, { sub })}\r\n\r\n`;
  for (const isPipelined of [true, false]) {
    const socket = connect(Number(port), hostname).setEncoding('utf8');
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    const paths = ['/', '/slow', '/lost', '/slow', '/lost', '/'];
    let sent = '';
    for (const [i, path] of paths.entries()) {
      sent += await lines(path, `user${i}`);
      if (isPipelined) continue;
      socket.write(sent);
      sent = '';
      await expect.poll(() => text.split('HTTP/1.1 200').length - 1).toBe(i + 1);
      await expect.poll(() => text.split(';').length - 1).toBe(i + 1);
    }
    socket.write(sent);
    await expect.poll(() => text.split(';').length - 1).toBe(paths.length);
    socket.destroy();
    const lost = text.split('There is no request here').length - 1;
    expect(lost).toBe(4);
    for (const [i, path] of paths.entries())
      expect(text.includes(`user${i},user${i};`), `${path} ${i}`).toBe(path !== '/lost');
  }
});

test('a server that a handler calls does not find the Auth of that handler', async () => {
  await using inner = await serve(
    (_req, res) => res.end(user()),
    () => false,
  );
  await using outer = await serve(async (_req, res) => {
    const found = await ask(inner, 'ben');
    res.end(JSON.stringify([found, user()]));
  });
  expect(JSON.parse(await ask(outer, 'ada'))).toEqual([noRequest, 'ada']);
});

test('after the response has ended, code of the request finds nothing', async () => {
  const found: Record<string, string> = {};
  const isDone = new EventEmitter();
  await using server = await serve(async (_req, res) => {
    const auth = currentAuth();
    const interval = setInterval(() => {
      found['interval'] = user();
    }, 1);
    const closed = once(res, 'close');
    found['before'] = user();
    res.end();
    found['at once'] = user();
    await nextTurn();
    found['later'] = user();
    await closed;
    found['closed'] = user();
    await wait(5);
    clearInterval(interval);
    found['passed on'] = auth.userId;
    isDone.emit('done');
  });
  const done = once(isDone, 'done');
  await ask(server, 'ada');
  await done;
  expect(found).toEqual({
    before: 'ada',
    'at once': ended,
    later: ended,
    closed: ended,
    interval: ended,
    'passed on': 'ada',
  });
});

test('a connection that one request opened does not show its Auth to a later one', async () => {
  /** A client of a database, as they are often written: it connects when it is first used, and calls back from its socket. */
  const waiting: ((answer: string) => void)[] = [];
  let socket: ReturnType<typeof connect> | undefined;
  await using database = await listen((_req, res) => res.end());
  const query = (callback: (answer: string) => void) => {
    const [hostname = '', port] = database.host.split(':');
    socket ??= connect(Number(port), hostname)
      .setEncoding('utf8')
      .on('data', (chunk: string) => {
        for (const _ of chunk.matchAll(/HTTP\/1.1 /g)) waiting.shift()?.(user());
      });
    waiting.push(callback);
    socket.write(`GET / HTTP/1.1\r\nHost: ${database.host}\r\n\r\n`);
  };
  const found: unknown[] = [];
  await using server = await serve(async (_req, res) => {
    const inCallback = await new Promise<string>(query);
    const inBound = await new Promise<string>((resolve) => {
      query(AsyncResource.bind(() => resolve(user())));
    });
    found.push([inCallback, inBound, user()]);
    res.end();
  });
  await ask(server, 'ada');
  await ask(server, 'ben');
  socket?.destroy();
  expect(found).toEqual([
    ['ada', 'ada', 'ada'],
    // `query` ran in the request of ben, but its socket calls back in the request of ada.
    [ended, 'ben', 'ben'],
  ]);
});

test('a listener of an emitter from outside finds nothing if the event comes from outside', async () => {
  const emitter = new EventEmitter();
  const found: string[] = [];
  await using server = await serve(async (_req, res) => {
    emitter.once('event', () => found.push(user()));
    emitter.once(
      'event',
      AsyncResource.bind(() => found.push(user())),
    );
    await once(emitter, 'event');
    found.push(user());
    res.end();
  });
  const asked = ask(server, 'ada');
  await expect.poll(() => emitter.listenerCount('event')).toBe(3);
  emitter.emit('event');
  await asked;
  expect(found).toEqual([noRequest, 'ada', 'ada']);
});

test('after the client has gone, the handler finds the Auth until it ends the response or the token expires', async () => {
  const found: string[] = [];
  const clients = new EventEmitter();
  const gone = { handler: '' };
  await using server = await serve(async (req, res) => {
    clients.emit('arrived');
    await once(res, 'close');
    found.push(user());
    if (req.url === '/end') res.end();
    else vi.useFakeTimers({ toFake: ['Date'], now: (req.auth as Auth).expiresAt * 1000 });
    found.push(user());
    gone.handler = String(req.url);
  });
  for (const path of ['/end', '/stop']) {
    const arrived = once(clients, 'arrived');
    const aborter = new AbortController();
    const asked = fetch(server.origin + path, {
      headers: { authorization: `Bearer ${await mint(key, { sub: 'ada' })}` },
      signal: aborter.signal,
    });
    await arrived;
    aborter.abort();
    await expect(asked).rejects.toThrow();
    await expect.poll(() => gone.handler).toBe(path);
  }
  expect(found).toEqual(['ada', ended, 'ada', ended]);
});

test('without a response, the Auth is found until the handlers have returned', async () => {
  const auth = await verifier.verify(await mint(key, { sub: 'ada' }));
  const found: string[] = [];
  const req = { auth } as unknown as Req;
  const later: Promise<unknown>[] = [];
  const handled = keep(req, undefined, async () => {
    later.push(wait(5).then(() => found.push(user())));
    await nextTurn();
    found.push(user());
  });
  await handled;
  await Promise.all(later);
  keep(req, undefined, () => {
    found.push(user());
    later.push(nextTurn().then(() => found.push(user())));
  });
  await Promise.all(later);
  expect(found).toEqual(['ada', ended, 'ada', ended]);
  await expect(keep(req, undefined, () => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
});

test('with a response, the Auth is found until the response has ended, also after the handlers have returned', async () => {
  const auth = await verifier.verify(await mint(key, { sub: 'ada' }));
  const response = { writableEnded: false };
  const found: string[] = [];
  let later: Promise<unknown> | undefined;
  await keep({ auth } as unknown as Req, response, async () => {
    later = nextTurn()
      .then(() => found.push(user()))
      .then(() => {
        response.writableEnded = true;
        found.push(user());
      });
  });
  await later;
  expect(found).toEqual(['ada', ended]);
});

test('a request that is kept twice has one listener', () => {
  const response = Object.assign(new EventEmitter(), { writableEnded: false });
  const req = {} as Req;
  keep(req, response, () => keep(req, response, () => keep(req, response, () => {})));
  expect(response.listenerCount('close')).toBe(1);
});

test.each<[string, unknown]>([
  ['null', null],
  ['a text', 'ada'],
  ['an object', {}],
  ['half of a record', { read: () => ({ userId: 'eve' }) }],
  ['another half', { hasEnded: () => false }],
  ['a record that other code made', { place: 'x', read: () => ({ userId: 'eve' }), hasEnded: () => false }],
])('finds nothing if the shared storage holds %s', (_name, store) => {
  const storage: { run(store: unknown, work: () => string): string } = Reflect.get(
    globalThis,
    Symbol.for('torii.current-auth'),
  );
  expect(storage.run(store, user)).not.toBe('eve');
});

test('a runtime without AsyncLocalStorage says so when the middleware is created', async () => {
  vi.resetModules();
  vi.doMock('#async-context', () => ({ createAsyncContext: () => undefined }));
  const copy = await import('../../src/current-auth.ts');
  vi.doUnmock('#async-context');
  expect(() => copy.createAuthKeeper({ place: 'req.auth', read: () => null })).toThrow(
    expect.objectContaining({
      option: 'keepCurrentAuth',
      message: expect.stringContaining('has no AsyncLocalStorage'),
    }),
  );
  expect(() => copy.currentAuth()).toThrow('There is no request here');
});

test('[17] another value under the name of the shared storage is ignored', async () => {
  const program = `
    const forged = { place: 'x', read: () => ({ userId: 'eve' }), hasEnded: () => false };
    const run = (store, work) => work();
    const values = [undefined, null, {}, { getStore: () => forged }, { run }, { getStore: 1, run }];
    const found = [];
    for (const [i, value] of values.entries()) {
      Object.defineProperty(globalThis, Symbol.for('torii.current-auth'), { value, configurable: true });
      const { createAuthKeeper, currentAuth } = await import('./src/current-auth.ts?' + i);
      const keep = createAuthKeeper({ place: 'req.auth', read: () => null });
      const look = () => { try { return currentAuth({ optional: true }) } catch { return 'none' } };
      found.push(look(), keep({}, undefined, look));
    }
    console.log(JSON.stringify(found));
  `;
  const flags = ['--conditions=@torii/source', '--disable-warning=ExperimentalWarning', '--input-type=module'];
  const cwd = join(import.meta.dirname, '..', '..');
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, '-e', program], { cwd });
  expect(JSON.parse(stdout)).toEqual(Array.from({ length: 6 }, () => ['none', null]).flat());
});

test('a request can be kept twice, and a request inside of another one hides it', async () => {
  const [ada, ben] = await Promise.all(['ada', 'ben'].map(async (sub) => verifier.verify(await mint(key, { sub }))));
  const [outer, inner] = [{ auth: ada }, { auth: ben }] as unknown as [Req, Req];
  const found: string[] = [];
  keep(outer, undefined, () => {
    keep(outer, undefined, () => found.push(user()));
    found.push(user());
    keep(inner, undefined, () => found.push(user()));
    found.push(user());
    outer.auth = null;
    found.push(user());
  });
  expect(found).toEqual(['ada', 'ada', 'ben', 'ada', expect.stringContaining('is null')]);
});

test('the request is not kept in memory by what it has started', async () => {
  const requests: WeakRef<Req>[] = [];
  const intervals: NodeJS.Timeout[] = [];
  await using server = await serve((req, res) => {
    requests.push(new WeakRef(req));
    intervals.push(setInterval(() => {}, 100_000));
    res.end();
  });
  await ask(server, 'ada');
  const { setFlagsFromString } = await import('node:v8');
  setFlagsFromString('--expose-gc');
  const collect: () => void = (await import('node:vm')).runInNewContext('gc');
  // Node keeps the last request of a connection.
  await ask(server, 'ben');
  await expect
    .poll(() => {
      collect();
      return requests[0]?.deref();
    })
    .toBeUndefined();
  for (const interval of intervals) clearInterval(interval);
});

test('two copies of the package in a process find the same request', async () => {
  vi.resetModules();
  const copy = await import('../../src/current-auth.ts');
  expect(copy.currentAuth).not.toBe(currentAuth);
  await using server = await serve((_req, res) => res.end(`${copy.currentAuth().userId} ${user()}`));
  expect(await ask(server, 'ada')).toBe('ada ada');
  const req = { auth: await verifier.verify(await mint(key, { sub: 'ben' })) } as unknown as Req;
  const other = copy.createAuthKeeper<Req>({ place: 'req.auth', read: (each) => each.auth });
  expect(other(req, undefined, user)).toBe('ben');
});

test('keepCurrentAuth as a middleware throws, because it would never go on', () => {
  expect(() => createAuthKeeper({ place: 'req.auth', read: () => null }, {})).toThrow(
    'Write app.use(keepCurrentAuth())',
  );
  expect(() => (currentAuth as (req: object, res: object) => unknown)({}, {})).toThrow('is not a middleware');
});
