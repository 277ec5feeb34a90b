import { expectTypeOf, test } from 'vitest';
import {
  type ApiResponse,
  createToriiClient,
  type Invitation,
  type InvitationWithMetadata,
  type Organization,
  type OrganizationMember,
  type Page,
  type PagePromise,
  Patch,
  type Session,
  type ToriiClient,
  type User,
  type UserCreateParams,
  type UserImpersonationToken,
  type UserListParams,
  type UserOrganization,
  type UserUpdateParams,
} from '../src/index.ts';

declare const client: ToriiClient;

test('the secret key may be undefined, as an environment variable is, but must be passed', () => {
  createToriiClient({ secretKey: process.env['TORII_SECRET_KEY'] });
  // @ts-expect-error no secret key
  createToriiClient({});
  // @ts-expect-error: an announcer that may be missing would disable revocation in silence
  createToriiClient({ secretKey: 'sk_test_0123', revocations: undefined });
  // @ts-expect-error unknown option
  createToriiClient({ secretKey: 'sk_test_0123', apiURL: 'https://api.torii.so' });
});

test('results have the types of the specification', async () => {
  expectTypeOf(await client.users.get('ada')).toEqualTypeOf<User>();
  expectTypeOf(await client.users.list()).toEqualTypeOf<Page<User>>();
  expectTypeOf(await client.sessions.listForUser('ada')).toEqualTypeOf<Session[]>();
  expectTypeOf(await client.users.delete('ada')).toEqualTypeOf<void>();
  expectTypeOf(await client.users.ban('ada').withResponse()).toEqualTypeOf<ApiResponse<User>>();
  expectTypeOf(await client.request({ method: 'GET', path: '/x' })).toEqualTypeOf<unknown>();
  expectTypeOf(await client.request<User>({ method: 'GET', path: '/x' })).toEqualTypeOf<User>();
  for await (const user of client.users.list()) expectTypeOf(user).toEqualTypeOf<User>();
});

test('organizations, invitations and allowed origins have the types of the specification', async () => {
  expectTypeOf(client.organizations.list({ name: 'acme', limit: 10 })).toEqualTypeOf<PagePromise<Organization>>();
  expectTypeOf(await client.organizations.get('o1')).toEqualTypeOf<Organization>();
  expectTypeOf(client.organizations.listMembers('o1', { limit: 10 })).toEqualTypeOf<PagePromise<OrganizationMember>>();
  expectTypeOf(client.users.listOrganizations('ada')).toEqualTypeOf<PagePromise<UserOrganization>>();
  const status = ['PENDING', 'EXPIRED'] as const;
  expectTypeOf(client.invitations.list({ status, search: '@' })).toEqualTypeOf<PagePromise<Invitation>>();
  expectTypeOf(await client.invitations.create({ email: 'ada@example.com' })).toEqualTypeOf<Invitation>();
  expectTypeOf(await client.invitations.resend('i1')).toEqualTypeOf<Invitation>();
  expectTypeOf(await client.invitations.get('i1')).toEqualTypeOf<InvitationWithMetadata>();
  expectTypeOf(await client.invitations.revoke('i1')).toEqualTypeOf<void>();
  expectTypeOf((await client.allowedOrigins.get()).origins).toEqualTypeOf<string[]>();
  await client.allowedOrigins.replace({ origins: ['capacitor://localhost'] });
  const params = { actorUserId: 'grace', reason: 'Support case 7' };
  expectTypeOf(await client.users.createImpersonationToken('ada', params)).toEqualTypeOf<UserImpersonationToken>();
  // @ts-expect-error the reason is required
  client.users.createImpersonationToken('ada', { actorUserId: 'grace' });
  // @ts-expect-error an invitation needs an email address
  client.invitations.create({});
  // @ts-expect-error not a status
  client.invitations.list({ status: ['pending'] });
});

test('a list can be awaited for a page, iterated over, and iterated page by page', async () => {
  const users = client.users.list();
  expectTypeOf(users).toEqualTypeOf<PagePromise<User>>();
  expectTypeOf(users).toExtend<Promise<Page<User>>>();
  expectTypeOf(await users.withResponse()).toEqualTypeOf<ApiResponse<Page<User>>>();
  expectTypeOf(await users.then(({ items }) => items.length)).toEqualTypeOf<number>();
  for await (const page of users.pages()) expectTypeOf(page).toEqualTypeOf<Page<User>>();
  const [page] = await Promise.all([client.users.list()]);
  expectTypeOf(page).toEqualTypeOf<Page<User>>();
  // @ts-expect-error a list needs for await
  for (const user of users) void user;
  // @ts-expect-error a page is not iterable; its items are
  for (const user of await users) void user;
  // @ts-expect-error a plain list has no pages
  for await (const session of client.sessions.listForUser('ada').pages()) void session;
  // @ts-expect-error there is no method for iterating
  client.users.iterate();
});

test('the parameters of methods are exported types', () => {
  expectTypeOf<Parameters<ToriiClient['users']['create']>[0]>().toEqualTypeOf<UserCreateParams>();
  expectTypeOf<Parameters<ToriiClient['users']['list']>[0]>().toEqualTypeOf<UserListParams | undefined>();
  expectTypeOf<Parameters<ToriiClient['users']['update']>[1]>().toEqualTypeOf<UserUpdateParams>();
});

test('dates are strings, and nullable fields include null', () => {
  expectTypeOf<User['createdAt']>().toEqualTypeOf<string>();
  expectTypeOf<'active' | 'banned' | 'deleted'>().toExtend<User['status']>();
  expectTypeOf<'en' | 'da' | null>().toExtend<User['locale']>();
  expectTypeOf<Page<User>['nextCursor']>().toEqualTypeOf<string | null>();
});

test('an update accepts values, null, undefined and patches', () => {
  client.users.update('ada', { firstName: 'Ada', lastName: null, locale: undefined });
  client.users.update('ada', { locale: 'da' });
  client.users.update('ada', { locale: null });
  client.users.update('ada', { firstName: Patch.set('Ada'), lastName: Patch.set(null), locale: Patch.set('da') });
  client.users.update('ada', {});
  const fields: UserUpdateParams = Patch.diff<{ firstName: string | null }>({ firstName: 'A' }, { firstName: null });
  client.users.update('ada', fields);
});

test('an update rejects unknown fields and wrong values', () => {
  // @ts-expect-error unknown field
  client.users.update('ada', { nickname: 'x' });
  // @ts-expect-error an email cannot be updated
  client.users.update('ada', { email: 'ada@example.com' });
  // @ts-expect-error not a locale
  client.users.update('ada', { locale: 'tlh' });
  // @ts-expect-error not a locale either
  client.users.update('ada', { locale: Patch.set('tlh') });
  // @ts-expect-error a number instead of a string
  client.users.update('ada', { firstName: 7 });
  // @ts-expect-error no fields
  client.users.update('ada');
});

test('a list accepts flat parameters, and a cursor that may be null', async () => {
  const statuses = ['active', 'banned'] as const;
  client.users.list({ limit: 50, name: null, email: '@', statuses, createdAfter: '2026-01-01T00:00:00Z' });
  const { nextCursor } = await client.users.list();
  client.users.list({ cursor: nextCursor });
  client.users.list({ cursor: nextCursor ?? undefined, limit: undefined });
  // @ts-expect-error statuses cannot be null
  client.users.list({ statuses: null });
  // @ts-expect-error not a status
  client.users.list({ statuses: ['asleep'] });
  // @ts-expect-error a string instead of an array
  client.users.list({ statuses: 'active' });
  // @ts-expect-error a string instead of a number
  client.users.list({ limit: '50' });
});

test('every method accepts options for one call', () => {
  const { signal } = new AbortController();
  const options = { signal, timeoutMs: 1000, maxRetries: 0, headers: { 'x-request-id': 'r1' } };
  client.users.get('ada', options);
  client.users.list({}, options);
  client.request({ method: 'DELETE', path: '/x' }, options);
  // @ts-expect-error unknown option
  client.users.get('ada', { timeout: 1000 });
});

test('ids are strings and cannot be undefined', () => {
  // @ts-expect-error no id
  client.users.get();
  // @ts-expect-error an id that may be undefined
  client.users.get(undefined as string | undefined);
  // @ts-expect-error the session id is missing
  client.sessions.revoke('ada');
});

test('fields that newer servers dropped still compile', () => {
  client.users.create({ name: 'Ada', phone: '+1', address: null, dateOfBirth: '1815-12-10' });
  client.users.update('ada', { name: 'Ada', phone: null, address: 'x', dateOfBirth: undefined });
  client.users.list({ email: null, statuses: ['pending_verification'] });
  expectTypeOf<'pending_verification'>().toExtend<User['status']>();
  expectTypeOf<User['phone']>().toEqualTypeOf<string | null | undefined>();
  // @ts-expect-error a Date instead of a string
  client.users.update('ada', { dateOfBirth: new Date() });
});
