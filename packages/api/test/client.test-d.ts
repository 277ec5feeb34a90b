import { expectTypeOf, test } from 'vitest';
import {
  type ApiResponse,
  createToriiClient,
  type Page,
  type PagePromise,
  Patch,
  type Session,
  type ToriiClient,
  type User,
  type UserCreateParams,
  type UserListParams,
  type UserUpdateParams,
} from '../src/index.ts';

declare const torii: ToriiClient;

test('the secret key may come from a variable that may be unset, and may not be left out', () => {
  createToriiClient({ secretKey: process.env['TORII_SECRET_KEY'] });
  // @ts-expect-error there is no client without a key
  createToriiClient({});
  // @ts-expect-error a typing mistake
  createToriiClient({ secretKey: 'sk_test_x', apiURL: 'https://api.torii.so' });
});

test('answers are typed by the specification', async () => {
  expectTypeOf(await torii.users.get('ada')).toEqualTypeOf<User>();
  expectTypeOf(await torii.users.list()).toEqualTypeOf<Page<User>>();
  expectTypeOf(await torii.sessions.listForUser('ada')).toEqualTypeOf<Session[]>();
  expectTypeOf(await torii.users.delete('ada')).toEqualTypeOf<void>();
  expectTypeOf(await torii.users.ban('ada').withResponse()).toEqualTypeOf<ApiResponse<User>>();
  expectTypeOf(await torii.request({ method: 'GET', path: '/x' })).toEqualTypeOf<unknown>();
  expectTypeOf(await torii.request<User>({ method: 'GET', path: '/x' })).toEqualTypeOf<User>();
  for await (const user of torii.users.list()) expectTypeOf(user).toEqualTypeOf<User>();
});

test('a list is a page to await, users to loop over, and pages', async () => {
  const users = torii.users.list();
  expectTypeOf(users).toEqualTypeOf<PagePromise<User>>();
  expectTypeOf(users).toExtend<Promise<Page<User>>>();
  expectTypeOf(await users.withResponse()).toEqualTypeOf<ApiResponse<Page<User>>>();
  expectTypeOf(await users.then(({ items }) => items.length)).toEqualTypeOf<number>();
  for await (const page of users.pages()) expectTypeOf(page).toEqualTypeOf<Page<User>>();
  const [page] = await Promise.all([torii.users.list()]);
  expectTypeOf(page).toEqualTypeOf<Page<User>>();
  // @ts-expect-error pages are looped over with for await
  for (const user of users) void user;
  // @ts-expect-error the users of a page are its items
  for (const user of await users) void user;
  // @ts-expect-error a list that is no page is only awaited
  for await (const session of torii.sessions.listForUser('ada').pages()) void session;
  // @ts-expect-error lists are looped over, without a method of their own
  torii.users.iterate();
});

test('what methods take has a name', () => {
  expectTypeOf<Parameters<ToriiClient['users']['create']>[0]>().toEqualTypeOf<UserCreateParams>();
  expectTypeOf<Parameters<ToriiClient['users']['list']>[0]>().toEqualTypeOf<UserListParams | undefined>();
  expectTypeOf<Parameters<ToriiClient['users']['update']>[1]>().toEqualTypeOf<UserUpdateParams>();
});

test('dates are texts, and null is where the server says null', () => {
  expectTypeOf<User['createdAt']>().toEqualTypeOf<string>();
  expectTypeOf<User['status']>().toEqualTypeOf<'pending_verification' | 'active' | 'banned' | 'deleted'>();
  expectTypeOf<User['locale']>().toEqualTypeOf<'en' | 'da' | null | undefined>();
  expectTypeOf<Page<User>['nextCursor']>().toEqualTypeOf<string | null>();
});

test('an update takes values, null, undefined and patches', () => {
  torii.users.update('ada', { name: 'Ada', phone: null, address: undefined });
  torii.users.update('ada', { locale: 'da' });
  torii.users.update('ada', { locale: null });
  torii.users.update('ada', { name: Patch.set('Ada'), phone: Patch.set(null), locale: Patch.set('da') });
  torii.users.update('ada', {});
  const fields: UserUpdateParams = Patch.diff<{ name: string | null }>({ name: 'A' }, { name: null });
  torii.users.update('ada', fields);
});

test('what an update does not take does not compile', () => {
  // @ts-expect-error no such field
  torii.users.update('ada', { nickname: 'x' });
  // @ts-expect-error an email is not updated
  torii.users.update('ada', { email: 'ada@example.com' });
  // @ts-expect-error not a locale
  torii.users.update('ada', { locale: 'fr' });
  // @ts-expect-error not a locale either
  torii.users.update('ada', { locale: Patch.set('fr') });
  // @ts-expect-error a number
  torii.users.update('ada', { name: 7 });
  // @ts-expect-error a Date
  torii.users.update('ada', { dateOfBirth: new Date() });
  // @ts-expect-error nothing at all
  torii.users.update('ada');
});

test('a list takes flat options, and hands a cursor on as it is', async () => {
  const statuses = ['active', 'banned'] as const;
  torii.users.list({ limit: 50, name: null, email: '@', statuses, createdAfter: '2026-01-01T00:00:00Z' });
  const { nextCursor } = await torii.users.list();
  torii.users.list({ cursor: nextCursor });
  torii.users.list({ cursor: nextCursor ?? undefined, limit: undefined });
  // @ts-expect-error statuses are left out, never null
  torii.users.list({ statuses: null });
  // @ts-expect-error not a status
  torii.users.list({ statuses: ['asleep'] });
  // @ts-expect-error a list
  torii.users.list({ statuses: 'active' });
  // @ts-expect-error a number
  torii.users.list({ limit: '50' });
});

test('every call takes options of its own', () => {
  const { signal } = new AbortController();
  const options = { signal, timeoutMs: 1000, maxRetries: 0, headers: { 'x-request-id': 'r1' } };
  torii.users.get('ada', options);
  torii.users.list({}, options);
  torii.request({ method: 'DELETE', path: '/x' }, options);
  // @ts-expect-error a typing mistake
  torii.users.get('ada', { timeout: 1000 });
});

test('ids are texts that are there', () => {
  // @ts-expect-error no id
  torii.users.get();
  // @ts-expect-error perhaps no id
  torii.users.get(undefined as string | undefined);
  // @ts-expect-error one id of two
  torii.sessions.revoke('ada');
});
