import { createVerifier } from '@torii/core';
import { startEmulator } from '@torii/emulator';
import type { Server } from 'socket.io';
import type { Socket } from 'socket.io-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { failOnCrashes } from '../../../../scripts/crash-guard.ts';
import { connect } from '../src/client.ts';
import { guardSockets } from '../src/recipe.ts';
import { admin, Cast, member, nextEvent, type Refusal } from './cast.ts';

failOnCrashes();

let cast: Cast;
let url: string;
let chat: Server;
beforeAll(async () => {
  ({ cast, url, chat } = await Cast.start());
});
afterAll(() => cast.close());

/** Sends a new token and returns what the server answers: `null`, or the refusal. */
const renew = (client: Socket, token: unknown): Promise<Refusal['data'] | null> => client.emitWithAck('token', token);

/** Sends a message to the client's organization, and returns the messages that the client hears. */
function say(client: Socket, text: string): Promise<unknown[]> {
  const heard = nextEvent(client, 'said');
  client.emit('say', text);
  return heard;
}

test('[40] disconnects a revoked user, and not the others', async () => {
  const revoked = await cast.join(url, { userId: 'revoked', ...member });
  const bob = await cast.join(url, { userId: 'bob', ...member });
  const ended = Promise.all([nextEvent(revoked, 'signed_out'), nextEvent(revoked, 'disconnect')]);
  await cast.revocations.revokeUser('revoked');
  expect(await ended).toMatchObject([['token_revoked'], ['io server disconnect', undefined]]);
  const again = await cast.refusal(url, await cast.withToken({ userId: 'revoked' }));
  expect(again).toMatchObject({ data: { reason: 'token_revoked' } });
  expect(await say(bob, 'hello')).toEqual([{ userId: 'bob', text: 'hello' }]);
});

test('a token of another user, or a bad one, renews nothing', async () => {
  const carol = await cast.join(url, { userId: 'carol', ...member });
  for (const options of [{ userId: 'dave' }, { userId: 'carol', actor: { sub: 'support' } }]) {
    expect(await renew(carol, await cast.emulator.token(options))).toMatchObject({ code: 'forbidden' });
  }
  for (const odd of [await cast.emulator.token({ expiresInSeconds: -600 }), '', 1, null, { toString: 1 }]) {
    expect(await renew(carol, odd)).toMatchObject({ code: 'authentication_failed' });
  }
  carol.emit('token');
  carol.emit('token', 1, 'no function');
  expect(await say(carol, 'hello')).toEqual([{ userId: 'carol', text: 'hello' }]);
});

test('a renewed token must pass the checks of the namespace', async () => {
  const administrator = await cast.join(`${url}/admin`, { userId: 'judy', ...admin });
  expect(await renew(administrator, await cast.emulator.token({ userId: 'judy', ...member }))).toMatchObject({
    code: 'forbidden',
    reason: 'not_allowed',
  });
  expect(await renew(administrator, await cast.emulator.token({ userId: 'judy', ...admin }))).toBeNull();
});

test('a message that is not a text ends nothing', async () => {
  const ivan = await cast.join(url, { userId: 'ivan', ...member });
  for (const odd of [{ toString: 1, valueOf: 1 }, null, 1, [[]], Buffer.of(1)]) ivan.emit('say', odd);
  ivan.emit('say');
  expect(await say(ivan, 'hello')).toEqual([{ userId: 'ivan', text: 'hello' }]);
});

test('a renewal moves the socket to the room of its new organization', async () => {
  const elsewhere = { organization: { id: 'elsewhere' } };
  const erin = await cast.join(url, { userId: 'erin', ...member });
  const frank = await cast.join(url, { userId: 'frank', ...elsewhere });
  expect(await renew(erin, await cast.emulator.token({ userId: 'erin', ...elsewhere }))).toBeNull();
  const heard = nextEvent(erin, 'said');
  frank.emit('say', 'welcome');
  expect(await heard).toEqual([{ userId: 'frank', text: 'welcome' }]);
  expect(
    chat
      .of('/')
      .adapter.rooms.get('organization:acme')
      ?.has(erin.id ?? ''),
  ).not.toBe(true);
});

test('an organization does not hear another one, and a client cannot choose its room', async () => {
  const grace = await cast.join(url, { userId: 'grace', ...member });
  const eve = await cast.join(url, { userId: 'organization:acme', organization: { id: 'evil' } });
  const heard: unknown[] = [];
  eve.onAny((...message) => heard.push(message));
  await say(grace, 'secret');
  expect(await renew(eve, await cast.emulator.token())).toMatchObject({ code: 'forbidden' });
  expect(heard).toEqual([]);
});

test('the client asks for a sign-in if there is no token', async () => {
  const reasons: string[] = [];
  const getToken = () => Promise.reject(new Error('signed out'));
  cast.watch(connect(url, getToken, (code, reason) => reasons.push(`${code} ${reason}`)));
  await expect.poll(() => reasons).toEqual(['authentication_failed token_missing']);
});

test('the client does not ask for a sign-in if the user may not connect', async () => {
  const refusals: string[] = [];
  const getToken = () => cast.emulator.token(member);
  cast.watch(connect(`${url}/admin`, getToken, (code) => refusals.push(code)));
  await expect.poll(() => refusals).toEqual(['forbidden']);
});

// These wait for tokens that expire and for clients that connect again. Their users do not meet.

test.concurrent('disconnects when the token expires, with and without revocations', async ({ expect }) => {
  const verifier = createVerifier({ issuer: cast.emulator.issuer });
  const other = await cast.serve((io) => guardSockets(io, verifier));
  const ended = [url, other].map(async (address) => {
    const client = cast.open(address, await cast.withToken({ expiresInSeconds: 1 }));
    return nextEvent(client, 'signed_out');
  });
  expect(await Promise.all(ended)).toEqual([['token_expired'], ['token_expired']]);
});

test.concurrent('a renewed token replaces the old one', async ({ expect }) => {
  const old = await cast.emulator.token({ userId: 'ada', expiresInSeconds: 3, ...member });
  const ada = cast.open(url, { auth: { token: old } });
  await nextEvent(ada, 'connect');
  expect(await renew(ada, await cast.emulator.token({ userId: 'ada', ...member }))).toBeNull();
  await cast.revocations.revokeToken(old);
  const later = cast.open(url, await cast.withToken({ userId: 'later', expiresInSeconds: 3 }));
  expect(await nextEvent(later, 'signed_out')).toEqual(['token_expired']);
  expect(await say(ada, 'still here')).toEqual([{ userId: 'ada', text: 'still here' }]);
  const ended = nextEvent(ada, 'signed_out');
  await cast.revocations.revokeUser('ada');
  expect(await ended).toEqual(['token_revoked']);
});

test.concurrent('the client renews by connecting again, and says when to sign in', async ({ expect }) => {
  let tokens = 0;
  const reasons: string[] = [];
  const getToken = (): Promise<string> => {
    tokens += 1;
    return cast.emulator.token({ userId: 'heidi', expiresInSeconds: tokens === 1 ? 1 : 300 });
  };
  const client = cast.watch(connect(url, getToken, (code, reason) => reasons.push(`${code} ${reason}`)));
  await expect.poll(() => [tokens, client.connected]).toEqual([2, true]);
  await cast.revocations.revokeUser('heidi');
  await expect.poll(() => [reasons, client.connected]).toEqual([['authentication_failed token_revoked'], false]);
});

test.concurrent('the client connects again by itself after an outage, without a sign-in', async ({ expect }) => {
  await using down = await startEmulator();
  down.fail('keys', { times: 1 });
  const other = await cast.serve((io) => guardSockets(io, createVerifier({ issuer: down.issuer })));
  const reasons: string[] = [];
  const getToken = () => down.token();
  const client = cast.watch(connect(other, getToken, (code, reason) => reasons.push(`${code} ${reason}`)));
  await expect.poll(() => client.connected).toBe(true);
  expect(reasons).toEqual([]);
});
