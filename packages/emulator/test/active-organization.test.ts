import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Emulator, Organization } from '../src/index.ts';
import { provisionalPaths } from '../src/provisional-paths.ts';
import { publishedPaths } from '../src/published-paths.ts';
import { cookieFrom, logIn, logInNatively, login, readToken, send, startWithUser } from './browser.ts';
import { callApi, unknownId } from './rest.ts';

const { organizations, client, sessions } = publishedPaths;
let torii: Emulator;
let userId: string;
let acme: Organization;
let globex: Organization;
let foreign: Organization;
let session: Awaited<ReturnType<typeof logIn>>;
beforeEach(async () => {
  ({ torii, userId } = await startWithUser({ environments: [{ name: 'other' }] }));
  acme = await torii.createOrganization({
    name: 'Acme',
    slug: 'acme',
    publicMetadata: { seats: 3 },
    privateMetadata: { debt: 'much' },
    members: [{ userId, role: 'org:administrator', privateMetadata: { note: 'hidden' } }],
  });
  globex = await torii.createOrganization({ name: 'Globex', members: [{ userId }] });
  foreign = await torii.createOrganization({ name: 'Foreign' });
  session = await logIn(torii);
});
afterEach(() => torii.stop());

type Sent = Parameters<typeof send>[2];

const switchTo = (id: string, sent: Sent = { cookie: session.cookie }) =>
  send(torii, `${organizations}/${id}/switch`, { method: 'POST', ...sent });

const renew = async (sent: Sent = { cookie: session.cookie }) =>
  decodeJwt(
    (await readToken(await send(torii, provisionalPaths.accessToken, { method: 'POST', ...sent }))).accessToken,
  );

test('lists the organizations of the user with the caller’s role, in the boot probe too', async () => {
  const expected = [
    { id: globex.id, name: 'Globex', role: 'org:member' },
    { id: acme.id, name: 'Acme', slug: 'acme', role: 'org:administrator' },
  ];
  const listed = await (await send(torii, organizations, { bearer: session.accessToken })).json();
  expect(listed).toMatchObject(expected);
  const state = await (await send(torii, client, { cookie: session.cookie })).json();
  expect(state).toMatchObject({ organizations: expected });
  for (const shown of [listed, state]) expect(JSON.stringify(shown)).not.toMatch(/private|debt|hidden/i);
});

test('lists more organizations than one page has', async () => {
  for (let count = 0; count < 110; count++) {
    await torii.createOrganization({ name: `${count}`, members: [{ userId }] });
  }
  expect(await (await send(torii, organizations, { cookie: session.cookie })).json()).toHaveLength(112);
});

test('a token has no organization before a switch', () => {
  expect(decodeJwt(session.accessToken)).not.toHaveProperty('org_id');
});

test('a switch gives a token for the organization, and the session remembers it', async () => {
  const response = await switchTo(acme.id);
  expect(response.status).toBe(200);
  const { accessToken, expiresAt } = await readToken(response);
  const { payload } = await jwtVerify(accessToken, createRemoteJWKSet(new URL(torii.jwksUrl)), {
    issuer: torii.issuer,
  });
  expect(payload).toMatchObject({ sub: userId, org_id: acme.id, org_role: 'org:administrator' });
  expect(Date.parse(expiresAt) / 1000).toBe(payload.exp);
  expect(await renew()).toMatchObject({ org_id: acme.id, org_role: 'org:administrator' });
  expect(await (await send(torii, client, { cookie: session.cookie })).json()).toMatchObject({
    session: { activeOrganizationId: acme.id },
  });
  const { body } = await callApi<object[]>(torii, 'GET', `/users/${userId}/sessions`);
  expect(body).toMatchObject([{ id: session.sessionId, activeOrganizationId: acme.id, impersonatedBy: null }]);
});

test('a switch is for one session alone', async () => {
  const other = await logIn(torii);
  await switchTo(acme.id);
  expect(await renew({ cookie: other.cookie })).not.toHaveProperty('org_id');
});

test.each<[string, (session: Awaited<ReturnType<typeof logIn>>) => Promise<Sent>]>([
  ['the cookie', async ({ cookie }) => ({ cookie })],
  ['the access token', async ({ accessToken }) => ({ bearer: accessToken })],
  ['the header of an app without cookies', async () => ({ headers: (await logInNatively(torii)).headers })],
])('a switch needs no more than %s', async (_name, credential) => {
  const { accessToken } = await readToken(await switchTo(globex.id, await credential(session)));
  expect(decodeJwt(accessToken)).toMatchObject({ org_id: globex.id, org_role: 'org:member' });
});

test('refuses an organization of others and an unknown one alike, and stays in the active one', async () => {
  await switchTo(globex.id);
  const elsewhere = await torii.environment('other').createOrganization({ name: 'Elsewhere' });
  const answers = new Set<string>();
  for (const id of [foreign.id, elsewhere.id, unknownId, '__proto__', 'acme', '*', '%00', 'null', `${acme.id}%20`]) {
    const response = await switchTo(id);
    expect([id, response.status]).toEqual([id, 404]);
    answers.add(((await response.json()) as { detail: string }).detail);
  }
  expect(answers.size).toBe(1);
  expect(await renew()).toMatchObject({ org_id: globex.id });
});

test('refuses to switch without a session, or from a page of another site', async () => {
  for (const sent of [{}, { bearer: await torii.token({ userId }) }, { cookie: '__client_session=a' }]) {
    expect((await switchTo(acme.id, sent)).status).toBe(401);
  }
  const { cookie } = session;
  expect((await switchTo(acme.id, { cookie, headers: { origin: 'http://evil.example' } })).status).toBe(403);
  expect((await switchTo(acme.id, { cookie, headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403);
  expect(await renew()).not.toHaveProperty('org_id');
});

test('after a lost membership the next token has no organization', async () => {
  const { id: colleague } = await torii.createUser({});
  await torii.addMember(acme.id, { userId: colleague });
  await switchTo(acme.id);
  await torii.removeMember(acme.id, userId);
  const claims = await renew();
  expect(claims).not.toHaveProperty('org_id');
  expect(claims).not.toHaveProperty('org_role');
  expect((await switchTo(acme.id)).status).toBe(404);
  const shown = await (await send(torii, sessions, { cookie: session.cookie })).json();
  expect(shown).toMatchObject([{ activeOrganizationId: null }]);
});

test('a user who is added again has no active organization before a switch', async () => {
  await switchTo(acme.id);
  await torii.removeMember(acme.id, userId);
  await torii.addMember(acme.id, { userId });
  expect(await renew()).not.toHaveProperty('org_id');
  await switchTo(acme.id);
  expect(await renew()).toMatchObject({ org_id: acme.id });
});

test('the next token has a changed role', async () => {
  await switchTo(acme.id);
  await torii.setRole(acme.id, userId, 'org:member');
  expect(await renew()).toMatchObject({ org_id: acme.id, org_role: 'org:member' });
});

test('a banned user cannot switch', async () => {
  await callApi(torii, 'POST', `/users/${userId}/ban`);
  expect((await switchTo(acme.id)).status).toBe(401);
  expect((await switchTo(acme.id, { bearer: session.accessToken })).status).toBe(401);
});

async function impersonationToken(of: string, actorUserId: string, more: object = {}): Promise<string> {
  const { body } = await callApi<{ token: string }>(torii, 'POST', `/users/${of}/impersonation-token`, {
    actorUserId,
    reason: 'A customer asked for help.',
    ...more,
  });
  return body.token;
}

const redeem = (token: unknown, { query = '', headers = {} } = {}) =>
  send(torii, publishedPaths.impersonate + query, { json: { token }, headers });

async function createActor(): Promise<string> {
  return (await torii.createUser({ ...login, email: 'admin@example.com' })).id;
}

test('an impersonation token opens a session in which tokens name the actor', async () => {
  const actor = await createActor();
  const response = await redeem(await impersonationToken(userId, actor));
  expect(response.status).toBe(200);
  const cookie = response.headers.getSetCookie()[0]?.split(';', 1)[0];
  const { accessToken, sessionId } = await readToken(response);
  const impersonated = { sub: userId, act: { sub: actor }, impersonating: true };
  expect(decodeJwt(accessToken)).toMatchObject(impersonated);
  expect(await renew({ cookie })).toMatchObject(impersonated);
  const switched = await readToken(await switchTo(acme.id, { cookie }));
  expect(decodeJwt(switched.accessToken)).toMatchObject({ ...impersonated, org_id: acme.id });
  expect(await (await send(torii, client, { cookie })).json()).toMatchObject({
    user: { id: userId },
    session: { id: sessionId, impersonatedBy: actor },
  });
  const { body } = await callApi<{ id: string }[]>(torii, 'GET', `/users/${userId}/sessions`);
  expect(body.find(({ id }) => id === sessionId)).toMatchObject({ impersonatedBy: actor });
});

test('a ban of the impersonator ends the session for good, after an unban too', async () => {
  const actor = await torii.createUser({});
  const token = await impersonationToken(userId, actor.id);
  const response = await send(torii, publishedPaths.impersonate, { json: { token } });
  const bearer = (await readToken(response)).accessToken;
  const cookie = cookieFrom(response);
  await renew({ cookie });
  await callApi(torii, 'POST', `/users/${actor.id}/ban`);
  const listed = await callApi<readonly object[]>(torii, 'GET', `/users/${userId}/sessions`);
  expect(listed.body).toMatchObject([{ impersonatedBy: null }]);
  await callApi(torii, 'POST', `/users/${actor.id}/unban`);
  for (const sent of [{ cookie }, { bearer }]) {
    expect((await send(torii, sessions, sent)).status).toBe(401);
  }
  expect((await send(torii, provisionalPaths.accessToken, { method: 'POST', cookie })).status).toBe(401);
  expect(await renew()).toMatchObject({ sub: userId });
});

test('a template does not hide that a user is impersonated', async () => {
  await using other = (await startWithUser({ tokenTemplates: { chat: { claims: { aud: 'chat' } } } })).torii;
  const [user] = (await callApi<{ items: { id: string }[] }>(other, 'POST', '/users/search')).body.items;
  const { id: actorUserId } = await other.createUser({});
  const { body } = await callApi<{ token: string }>(other, 'POST', `/users/${user?.id}/impersonation-token`, {
    actorUserId,
    reason: 'a',
  });
  const { accessToken } = await readToken(
    await send(other, publishedPaths.impersonate, { json: body && { token: body.token } }),
  );
  const path = `${publishedPaths.templateToken}?template=chat`;
  const given = await readToken(await send(other, path, { method: 'POST', bearer: accessToken }));
  expect(decodeJwt(given.accessToken)).toMatchObject({ aud: 'chat', act: { sub: actorUserId }, impersonating: true });
});

test('of 50 that redeem one token at once, one gets a session', async () => {
  const token = await impersonationToken(userId, await createActor());
  const answers = await Promise.all(Array.from({ length: 50 }, () => redeem(token)));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  const refused = answers.filter(({ status }) => status === 401);
  expect(refused).toHaveLength(49);
  expect(refused.flatMap(({ headers }) => headers.getSetCookie())).toEqual([]);
});

test('refuses a token that is unknown, used, expired or no text, and one of a banned or deleted user', async () => {
  const actor = await createActor();
  const used = await impersonationToken(userId, actor);
  await redeem(used);
  const expired = await impersonationToken(userId, actor, { expiresInSeconds: 60 });
  torii.advance(60);
  const { id: target } = await torii.createUser({});
  const ofBanned = await impersonationToken(target, actor);
  const { id: second } = await torii.createUser({});
  const ofDeleted = await impersonationToken(second, actor);
  await callApi(torii, 'POST', `/users/${target}/ban`);
  await callApi(torii, 'DELETE', `/users/${second}`);
  for (const token of [used, expired, ofBanned, ofDeleted, 'a', '', session.accessToken, null, 1, {}, undefined]) {
    const response = await redeem(token);
    expect([400, 401]).toContain(response.status);
    expect([await response.text(), response.headers.getSetCookie()]).toEqual([expect.not.stringContaining('eyJ'), []]);
  }
});

test('the session ends when the actor is banned', async () => {
  const actor = await createActor();
  const { accessToken: bearer } = await readToken(await redeem(await impersonationToken(userId, actor)));
  expect((await send(torii, sessions, { bearer })).status).toBe(200);
  await callApi(torii, 'POST', `/users/${actor}/ban`);
  expect((await send(torii, sessions, { bearer })).status).toBe(401);
});

test('an app without cookies can redeem an impersonation token', async () => {
  const token = await impersonationToken(userId, await createActor());
  const response = await redeem(token, { query: '?_is_native=1' });
  expect([response.status, response.headers.getSetCookie()]).toEqual([200, []]);
  const headers = { 'x-torii-session-token': response.headers.get('x-torii-session-token') ?? '' };
  expect(await renew({ headers })).toMatchObject({ sub: userId, impersonating: true });
});

test('a page of another site cannot make a browser redeem a token', async () => {
  const token = await impersonationToken(userId, await createActor());
  const response = await redeem(token, { headers: { origin: 'http://evil.example' } });
  expect([response.status, response.headers.getSetCookie()]).toEqual([403, []]);
  expect((await redeem(token)).status).toBe(200);
});
