import { createVerifier, type Verifier } from '@torii/core';
import { startEmulator } from '@torii/emulator';
import { Server } from 'socket.io';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { failOnCrashes } from '../../../../scripts/crash-guard.ts';
import { allow, authOf, guardSockets } from '../src/recipe.ts';
import { admin, Cast, member, nextEvent } from './cast.ts';

failOnCrashes();

let cast: Cast;
let url: string;
let chat: Server;
beforeAll(async () => {
  ({ cast, url, chat } = await Cast.start());
});
afterAll(() => cast.close());

const createOwnVerifier = () => createVerifier({ issuer: cast.emulator.issuer });

test('a token in `auth` or in the Authorization header connects', async () => {
  const ada = await cast.join(url, { userId: 'ada', ...member });
  const authorization = `Bearer ${await cast.emulator.token({ userId: 'bob', ...member })}`;
  const bob = cast.open(url, { extraHeaders: { authorization } });
  await nextEvent(bob, 'connect');
  const heard = Promise.all([ada, bob].map((client) => nextEvent(client, 'said')));
  bob.emit('say', 'hello');
  expect(await heard).toEqual(Array(2).fill([{ userId: 'bob', text: 'hello' }]));
});

test('refuses a socket without a token with what the client needs to know', async () => {
  expect(await cast.refusal(url)).toMatchObject({
    message: expect.any(String),
    data: { code: 'authentication_failed', reason: 'token_missing', retryAfterSeconds: 0 },
  });
});

test('refuses an expired token, a forged one and one of another issuer', async () => {
  const reasons: unknown[] = [];
  for (const options of [
    { expiresInSeconds: -600 },
    { signedBy: 'stranger' },
    { issuer: 'https://evil.example' },
  ] as const) {
    const { data } = await cast.refusal(url, await cast.withToken(options));
    reasons.push(data?.reason);
  }
  expect(reasons).toEqual(['token_expired', 'signature_invalid', 'issuer_refused']);
});

test('refuses what is not a token', async () => {
  const token = await cast.emulator.token();
  const texts = ['', 'eyJ', `Bearer ${token}`, `${token}\r\nx: y`];
  const others: readonly unknown[] = [1, null, {}, { toString: 1 }, [token], { token }];
  for (const value of [...texts, ...others]) {
    const { data } = await cast.refusal(url, { auth: { token: value } });
    expect([value, data?.code]).toEqual([value, 'authentication_failed']);
  }
});

test('does not read a token from the query or a cookie', async () => {
  const token = await cast.emulator.token();
  for (const options of [{ query: { token, access_token: token } }, { extraHeaders: { cookie: `token=${token}` } }]) {
    expect(await cast.refusal(url, options)).toMatchObject({ data: { reason: 'token_missing' } });
  }
});

test('does not ask for another sign-in while the keys cannot be fetched', async () => {
  await using down = await startEmulator();
  down.fail('keys');
  const other = await cast.serve((io) => guardSockets(io, createVerifier({ issuer: down.issuer })));
  const { data } = await cast.refusal(other, { auth: { token: await down.token() } });
  expect(data).toMatchObject({ code: 'unavailable', reason: 'keys_unavailable' });
  expect(data?.retryAfterSeconds).toBeGreaterThan(0);
});

test('an error of the app is an error of the server, without its message', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => {});
  const fails = (): never => {
    throw new Error('The database is down.');
  };
  const checked = await cast.serve((io) => {
    guardSockets(io, createOwnVerifier());
    io.of('/checked').use(allow(fails));
  });
  const broken: Verifier<Record<string, unknown>, never> = { ...createOwnVerifier(), authenticate: fails };
  const verified = await cast.serve((io) => guardSockets(io, broken));
  for (const place of [`${checked}/checked`, verified]) {
    const { message, data } = await cast.refusal(place, await cast.withToken());
    expect([message, data?.code]).toEqual(['Internal server error', 'internal_error']);
    expect(log).toHaveBeenLastCalledWith(expect.objectContaining({ message: 'The database is down.' }));
  }
  log.mockRestore();
});

test('guards every namespace, and each runs its own checks', async () => {
  expect(await cast.refusal(`${url}/admin`)).toMatchObject({ data: { reason: 'token_missing' } });
  expect(await cast.refusal(`${url}/admin`, await cast.withToken(member))).toMatchObject({
    data: { code: 'forbidden', reason: 'not_allowed' },
  });
  await cast.join(`${url}/admin`, admin);
});

test('a connection that was accepted in one namespace is checked again in another', async () => {
  const token = await cast.emulator.token(member);
  const main = cast.open(url, { auth: { token } });
  await nextEvent(main, 'connect');
  const inAdmin = main.io.socket('/admin', { auth: { token } });
  expect(await nextEvent(inAdmin, 'connect_error')).toMatchObject([{ data: { code: 'forbidden' } }]);
});

test('guards namespaces of a pattern before their own middlewares, and those that existed before the guard', async () => {
  const other = await cast.serve((io) => {
    io.of('/early').on('connection', () => {});
    io.of(/^\/early-\w+$/).on('connection', () => {});
    guardSockets(io, createOwnVerifier());
    io.of(/^\/late-\w+$/).use(allow((auth) => auth.emailVerified));
  });
  for (const path of ['/early', '/early-a', '/late-a']) {
    expect(await cast.refusal(other + path)).toMatchObject({ data: { reason: 'token_missing' } });
    await cast.join(other + path);
  }
  const unverified = await cast.withToken({ emailVerified: false });
  expect(await cast.refusal(`${other}/late-a`, unverified)).toMatchObject({ data: { code: 'forbidden' } });
});

test('refuses to guard a server that recovers connections', () => {
  const io = new Server({ connectionStateRecovery: {} });
  expect(() => guardSockets(io, createOwnVerifier())).toThrow(/connectionStateRecovery/);
});

test('messages before, instead of and after a refused handshake are not served', async () => {
  let connections = 0;
  const count = () => {
    connections += 1;
  };
  for (const namespace of ['/', '/admin']) chat.of(namespace).on('connection', count);
  for (const packets of [['42["say","hello"]'], ['40{}', '42["say","hello"]'], ['40/admin,{}', '42/admin,["end"]']]) {
    const polling = await openPolling();
    for (const packet of packets) await polling.send(packet);
    expect(await polling.receive()).not.toContain('"sid"');
  }
  for (const namespace of ['/', '/admin']) chat.of(namespace).off('connection', count);
  expect(connections).toBe(0);
});

test('[14] a page of another site cannot connect by polling as the user whose cookie the browser sends', async () => {
  const other = await cast.serve((io) =>
    guardSockets(io, createVerifier({ issuer: cast.emulator.issuer, cookie: 'token' })),
  );
  const cookie = `token=${await cast.emulator.token()}`;
  for (const site of ['cross-site', 'same-site', 'same-origin']) {
    const polling = await openPolling(other, { cookie, 'sec-fetch-site': site });
    await polling.send('40{}');
    expect(await polling.receive()).toContain('"reason":"token_missing"');
  }
});

test('[14] a header that a proxy adds to the requests of every site connects the pages of the app alone', async () => {
  const options = { header: 'x-proxy-token', scheme: 'none' };
  const other = await cast.serve((io) =>
    guardSockets(io, createVerifier({ issuer: cast.emulator.issuer, ...options })),
  );
  const token = await cast.emulator.token();
  const answerTo = async (site: string) => {
    const polling = await openPolling(other, { 'x-proxy-token': token, 'sec-fetch-site': site });
    await polling.send('40{}');
    return polling.receive();
  };
  expect(await answerTo('cross-site')).toContain('"reason":"token_missing"');
  expect(await answerTo('same-origin')).toContain('"sid"');
});

test('a check without the guard refuses, and ends nothing', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => {});
  const other = await cast.serve((io) => void io.use(allow((auth) => auth.emailVerified)));
  const { data } = await cast.refusal(other, await cast.withToken());
  expect(data?.code).toBe('internal_error');
  expect(log).toHaveBeenLastCalledWith(expect.objectContaining({ message: expect.stringContaining('guardSockets') }));
  log.mockRestore();
});

/** Speaks Engine.IO over HTTP, as an attacker would. */
async function openPolling(
  server = url,
  headers: Record<string, string> = {},
): Promise<{ send(packet: string): Promise<string>; receive(): Promise<string> }> {
  const base = `${server}/socket.io/?EIO=4&transport=polling`;
  const { sid } = JSON.parse((await (await fetch(base, { headers })).text()).slice(1)) as { sid: string };
  const session = `${base}&sid=${sid}`;
  return {
    send: async (body) => (await fetch(session, { method: 'POST', headers, body })).text(),
    receive: async () => (await fetch(session, { headers })).text(),
  };
}

test('a connection that begins with polling and upgrades stays the same socket', async () => {
  const options = { ...(await cast.withToken({ userId: 'ada', ...member })), transports: ['polling', 'websocket'] };
  const client = cast.open(url, options);
  await nextEvent(client, 'connect');
  const { id } = client;
  await expect.poll(() => client.io.engine.transport.name).toBe('websocket');
  const heard = nextEvent(client, 'said');
  client.emit('say', 'hello');
  expect(await heard).toEqual([{ userId: 'ada', text: 'hello' }]);
  expect(client.id).toBe(id);
});

test('a client that leaves during the check ends nothing', async () => {
  await using slow = await startEmulator();
  slow.delay('keys', 200);
  let io: Server | undefined;
  const other = await cast.serve((server) => {
    io = server;
    guardSockets(server, createVerifier({ issuer: slow.issuer }));
  });
  const client = cast.open(other, { auth: { token: await slow.token() } });
  await expect.poll(() => slow.requests.keys).toBe(1);
  client.disconnect();
  const next = cast.open(other, { auth: { token: await slow.token() } });
  await nextEvent(next, 'connect');
  expect(io?.of('/').sockets.size).toBe(1);
});

test('`authOf` without the guard is an error of the app', () => {
  expect(() => authOf({} as never)).toThrow(/guardSockets/);
});
