import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { AllowedOrigins } from '../src/allowed-origins/allowed-origins.ts';
import { Clock } from '../src/clock.ts';
import { createIdGenerator } from '../src/database/ids.ts';
import { openStore } from '../src/database/store.ts';
import { loadEnvironments } from '../src/environment-records.ts';
import { Impersonations } from '../src/impersonation/impersonations.ts';
import { type Emulator, type EmulatorEnvironment, startEmulator } from '../src/index.ts';
import { Organizations } from '../src/organizations/organizations.ts';
import { publishedPaths } from '../src/published-paths.ts';
import { Sessions } from '../src/sessions/sessions.ts';
import { Passwords } from '../src/users/passwords.ts';
import { Users } from '../src/users/users.ts';
import { createWebhookSecret } from '../src/webhooks/signature.ts';
import { Webhooks } from '../src/webhooks/webhooks.ts';
import { callApi, unknownId } from './rest.ts';

interface Token {
  readonly token: string;
  readonly expiresInSeconds: number;
  readonly url: string | null;
}

const reason = 'Ticket 4711';
let torii: Emulator;
let acme: EmulatorEnvironment;
let userId: string;
let actorUserId: string;
beforeAll(async () => {
  torii = await startEmulator({
    environments: [{ name: 'acme' }],
    allowedOrigins: ['https://app.example.com', 'capacitor://localhost'],
  });
  acme = torii.environment('acme');
});
beforeEach(async () => {
  userId = (await torii.createUser()).id;
  actorUserId = (await torii.createUser()).id;
});
afterAll(() => torii.stop());

const ask = <Body>(body: unknown, of: string = userId) =>
  callApi<Body>(torii, 'POST', `/users/${of}/impersonation-token`, body);

async function refusal(body: unknown, of: string = userId) {
  const answer = await callApi(torii, 'POST', `/users/${of}/impersonation-token`, body);
  return [answer.status, answer.body.properties.code, answer.body.properties.errors?.map(({ field }) => field)];
}

test('creates a token for 10 minutes by default, or for the given time, and no URL without a page', async () => {
  expect((await ask({ actorUserId, reason })).body).toEqual({
    token: expect.stringMatching(/^[\w-]{43}$/),
    expiresInSeconds: 600,
    url: null,
  });
  for (const expiresInSeconds of [60, 600]) {
    const { status, body } = await ask<Token>({ actorUserId: actorUserId.toUpperCase(), reason, expiresInSeconds });
    expect([status, body.expiresInSeconds]).toEqual([200, expiresInSeconds]);
  }
  const { body } = await ask({ actorUserId, reason, expiresInSeconds: null, redirectUrl: null });
  expect(body).toMatchObject({ expiresInSeconds: 600, url: null });
});

test.each(['https://app.example.com/in?from=desk#top', 'capacitor://localhost/in'])(
  'the URL is the given page with the token: %s',
  async (redirectUrl) => {
    const { body } = await ask<Token>({ actorUserId, reason, redirectUrl });
    const url = new URL(body.url ?? '');
    expect(url.searchParams.get('impersonation_token')).toBe(body.token);
    url.searchParams.delete('impersonation_token');
    expect(url.href).toBe(redirectUrl);
  },
);

test.each<[string, string, object]>([
  ['no actor', 'actorUserId', { actorUserId: undefined }],
  ['an actor who is not a UUID', 'actorUserId', { actorUserId: 'ada' }],
  ['an actor who does not exist', 'actorUserId', { actorUserId: unknownId }],
  ['no reason', 'reason', { reason: undefined }],
  ['an empty reason', 'reason', { reason: '' }],
  ['a reason of spaces', 'reason', { reason: '   ' }],
  ['a reason that is null', 'reason', { reason: null }],
  ['a reason of 501 characters', 'reason', { reason: 'x'.repeat(501) }],
  ['59 seconds', 'expiresInSeconds', { expiresInSeconds: 59 }],
  ['601 seconds', 'expiresInSeconds', { expiresInSeconds: 601 }],
  ['60.5 seconds', 'expiresInSeconds', { expiresInSeconds: 60.5 }],
  ['seconds as text', 'expiresInSeconds', { expiresInSeconds: '60' }],
  ['a foreign page', 'redirectUrl', { redirectUrl: 'https://evil.example/' }],
  ['a longer host', 'redirectUrl', { redirectUrl: 'https://app.example.com.evil.example/' }],
  ['another port', 'redirectUrl', { redirectUrl: 'https://app.example.com:444/' }],
  ['a script', 'redirectUrl', { redirectUrl: 'javascript://app.example.com/%0aalert(1)' }],
  ['a user in the URL', 'redirectUrl', { redirectUrl: 'https://ada@app.example.com/' }],
  ['a path', 'redirectUrl', { redirectUrl: '/in' }],
  ['a URL of 2,049 characters', 'redirectUrl', { redirectUrl: `https://app.example.com/${'x'.repeat(2025)}` }],
  ['the page of the emulator', 'redirectUrl', { redirectUrl: 'http://127.0.0.1/' }],
  ['an unknown field', 'scope', { scope: 'all' }],
])('responds with 400 to %s and names the field', async (_name, field, fields) => {
  expect(await refusal({ actorUserId, reason, ...fields })).toEqual([400, 'invalid_request', [field]]);
});

test('accepts a reason of 500 characters', async () => {
  expect((await ask({ actorUserId, reason: 'x'.repeat(500) })).status).toBe(200);
});

test('responds with 400 to a deleted or banned user, to a deleted, banned or foreign actor, and to the user as actor', async () => {
  const foreign = (await acme.createUser()).id;
  const [gone, banned] = [(await torii.createUser()).id, (await torii.createUser({ status: 'banned' })).id];
  await callApi(torii, 'DELETE', `/users/${gone}`);
  for (const of of [gone, banned])
    expect(await refusal({ actorUserId, reason }, of)).toEqual([400, 'invalid_request', ['userId']]);
  for (const actor of [gone, banned, foreign, userId]) {
    expect(await refusal({ actorUserId: actor, reason })).toEqual([400, 'invalid_request', ['actorUserId']]);
  }
});

test('responds with 403 alike to a user of another environment and to none at all', async () => {
  const foreign = (await acme.createUser()).id;
  const refused = [await refusal({ actorUserId, reason }, foreign), await refusal({ actorUserId, reason }, unknownId)];
  expect(refused[0]).toEqual([403, 'forbidden', undefined]);
  expect(refused[1]).toEqual(refused[0]);
});

test('responds with 403 if impersonation is switched off and 402 if the quota is used up, in this environment alone', async () => {
  expect(torii.impersonation).toBe('enabled');
  await torii.setImpersonation('disabled');
  expect(await refusal({ actorUserId, reason })).toEqual([403, 'impersonation_disabled', undefined]);
  expect(acme.impersonation).toBe('enabled');
  await torii.setImpersonation('quota_exceeded');
  expect(await refusal({ actorUserId, reason })).toEqual([402, 'impersonation_quota_exceeded', undefined]);
  for (const wrong of ['on', true, undefined, 'constructor', ['enabled']]) {
    await expect(torii.setImpersonation(wrong as never)).rejects.toMatchObject({ code: 'option_invalid' });
  }
  await torii.setImpersonation('enabled');
  expect((await ask({ actorUserId, reason })).status).toBe(200);
});

test('keeps the state of impersonation in the file, and tokens as hashes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'torii-impersonation-'));
  const database = join(folder, 'torii.db');
  const first = await startEmulator({ database });
  const [user, actor] = [await first.createUser(), await first.createUser()];
  const { body } = await callApi<Token>(first, 'POST', `/users/${user.id}/impersonation-token`, {
    actorUserId: actor.id,
    reason,
  });
  await first.setImpersonation('disabled');
  await first.stop();
  const second = await startEmulator({ database });
  const { impersonation } = second;
  await second.stop();
  const bytes = readFileSync(database, 'latin1');
  rmSync(folder, { recursive: true, force: true });
  expect(impersonation).toBe('disabled');
  expect(bytes).toContain(reason);
  expect(bytes).not.toContain(body.token);
});

test('a token that 50 requests redeem at once starts one session', async () => {
  const { body } = await ask<Token>({ actorUserId, reason });
  const answers = await Promise.all(
    Array.from({ length: 50 }, () =>
      fetch(torii.issuer + publishedPaths.impersonate, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ token: body.token }),
      }),
    ),
  );
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  const sessions = await callApi<readonly { impersonatedBy: string }[]>(torii, 'GET', `/users/${userId}/sessions`);
  expect(sessions.body.map(({ impersonatedBy }) => impersonatedBy)).toEqual([actorUserId]);
});

/** The store behind the API, on two environments of one database. */
async function openStores() {
  const database = openStore(':memory:');
  const clock = new Clock();
  const createId = createIdGenerator(clock);
  const records = loadEnvironments(database, clock, createId, [{ name: 'default' }, { name: 'acme' }]);
  const passwords = await Passwords.create();
  const [first, second] = records.map(({ id: environmentId }) => {
    const scope = { database, environmentId, clock, createId };
    const { outbox } = new Webhooks(scope, { secret: createWebhookSecret(), retrySeconds: [], timeoutMs: 1000 });
    const sessions = new Sessions(scope, outbox);
    const users = new Users(scope, passwords, { sessions, memberships: new Organizations(scope) }, outbox);
    return { users, impersonations: new Impersonations(scope, users, new AllowedOrigins(scope)) };
  });
  if (first === undefined || second === undefined) throw new Error('An environment is missing.');
  const [user, actor] = [await first.users.create({}), await first.users.create({})];
  const create = () => first.impersonations.create(user.id, { actorUserId: actor.id, reason }).token;
  return {
    clock,
    user,
    actor,
    create,
    users: first.users,
    impersonations: first.impersonations,
    foreign: second.impersonations,
  };
}

test('a token is redeemed once', async () => {
  const { user, actor, create, impersonations } = await openStores();
  const token = create();
  expect(impersonations.redeem(token)).toEqual({ userId: user.id, actorUserId: actor.id, reason });
  expect(() => impersonations.redeem(token)).toThrow(expect.objectContaining({ code: 'impersonation_token_used' }));
});

test('an expired, foreign or invented token is refused, and a foreign attempt does not use it up', async () => {
  const { clock, create, impersonations, foreign } = await openStores();
  const token = create();
  for (const wrong of ['', 'x', token.slice(1), token.toUpperCase()]) {
    expect(() => impersonations.redeem(wrong)).toThrow(
      expect.objectContaining({ code: 'impersonation_token_unknown' }),
    );
  }
  expect(() => foreign.redeem(token)).toThrow(expect.objectContaining({ code: 'impersonation_token_unknown' }));
  clock.advance(590);
  impersonations.redeem(token);
  const late = create();
  clock.advance(600);
  expect(() => impersonations.redeem(late)).toThrow(expect.objectContaining({ code: 'impersonation_token_expired' }));
});

test.each(['the user', 'the actor'])('a token stops if %s is banned or deleted', async (who) => {
  const { user, actor, create, users, impersonations } = await openStores();
  const { id } = who === 'the user' ? user : actor;
  const [banned, deleted] = [create(), create()];
  users.ban(id);
  expect(() => impersonations.redeem(banned)).toThrow(expect.objectContaining({ code: 'impersonation_invalid' }));
  users.unban(id);
  users.delete(id);
  expect(() => impersonations.redeem(deleted)).toThrow(expect.objectContaining({ code: 'impersonation_invalid' }));
});

test.each(['the user', 'the actor'])('a token stays ended if %s is banned and unbanned', async (who) => {
  const { user, actor, create, users, clock, impersonations } = await openStores();
  const { id } = who === 'the user' ? user : actor;
  const token = create();
  clock.advance(300);
  users.ban(id);
  users.unban(id);
  const expired = expect.objectContaining({ code: 'impersonation_token_expired' });
  expect(() => impersonations.redeem(token)).toThrow(expired);
  clock.reset();
  expect(() => impersonations.redeem(token)).toThrow(expired);
  impersonations.redeem(create());
});

test('a token that was created while the clock was ahead ends when the clock is reset', async () => {
  const { create, clock, impersonations } = await openStores();
  clock.advance(3600);
  const token = create();
  clock.reset();
  expect(() => impersonations.redeem(token)).toThrow(expect.objectContaining({ code: 'impersonation_token_expired' }));
});

test('a token stops while impersonation is switched off', async () => {
  const { create, impersonations } = await openStores();
  const token = create();
  impersonations.setState('disabled');
  expect(() => impersonations.redeem(token)).toThrow(expect.objectContaining({ code: 'impersonation_disabled' }));
  impersonations.setState('quota_exceeded');
  impersonations.redeem(token);
});
