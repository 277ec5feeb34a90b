import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Emulator, startEmulator, type User } from '../src/index.ts';
import { startReceiver } from './receiver.ts';
import { callApi } from './rest.ts';

interface Bags {
  readonly publicMetadata: unknown;
  readonly privateMetadata: unknown;
  readonly unsafeMetadata?: unknown;
}

let torii: Emulator;
let paths: Readonly<Record<Owner, string>>;
let user: User;
let count = 0;
beforeAll(async () => {
  torii = await startEmulator();
});
beforeEach(async () => {
  count += 1;
  user = await torii.createUser();
  const { id } = await torii.createOrganization({ name: 'Acme', members: [{ userId: user.id }] });
  const invitation = await callApi<{ id: string }>(torii, 'POST', '/invitations', {
    email: `guest${count}@example.com`,
  });
  paths = {
    user: `/users/${user.id}/metadata`,
    organization: `/organizations/${id}/metadata`,
    member: `/organizations/${id}/members/${user.id}/metadata`,
    invitation: `/invitations/${invitation.body.id}`,
  };
});
afterAll(() => torii.stop());

const owners = ['user', 'organization', 'member', 'invitation'] as const;
type Owner = (typeof owners)[number];

const patch = <Body = Bags>(owner: Owner, body: unknown) => callApi<Body>(torii, 'PATCH', paths[owner], body);

/** A bag whose JSON has exactly this many bytes. */
const bagOf = (bytes: number, text = 'x') => {
  const empty = JSON.stringify({ text: '' }).length;
  return { text: text.repeat((bytes - empty) / Buffer.byteLength(text)) };
};

test.each(owners)('merges the metadata of a %s deeply, and null removes a key', async (owner) => {
  await patch(owner, {
    publicMetadata: { plan: 'pro', limits: { seats: 3, disk: { gb: 5, kind: 'ssd' } }, tags: ['a', 'b'] },
    privateMetadata: { customer: 'c1' },
  });
  const { status, body } = await patch(owner, {
    publicMetadata: { plan: null, limits: { seats: 4, disk: { kind: null } }, tags: ['c'], missing: null },
  });
  expect(status).toBe(200);
  expect(body).toMatchObject({ privateMetadata: { customer: 'c1' } });
  expect(body.publicMetadata).toEqual({ limits: { seats: 4, disk: { gb: 5 } }, tags: ['c'] });
});

test.each<[string, unknown, unknown, unknown]>([
  ['an object replaces a text', { a: 'x' }, { a: { b: 1 } }, { a: { b: 1 } }],
  ['a text replaces an object', { a: { b: 1 } }, { a: 'x' }, { a: 'x' }],
  ['an object replaces a list', { a: [1] }, { a: { b: 1 } }, { a: { b: 1 } }],
  ['a list replaces an object', { a: { b: 1 } }, { a: [null, { b: null }] }, { a: [null, { b: null }] }],
  [
    'null inside of a new object removes nothing that is there',
    { a: 1 },
    { b: { c: null, d: 1 } },
    { a: 1, b: { d: 1 } },
  ],
  ['an empty object changes nothing', { a: { b: 1 } }, { a: {} }, { a: { b: 1 } }],
  ['falsy values are values', { a: 1, b: 1, c: 1 }, { a: 0, b: false, c: '' }, { a: 0, b: false, c: '' }],
  [
    'names of Object.prototype are keys',
    {},
    { constructor: 1, toString: 'x', hasOwnProperty: [] },
    { constructor: 1, toString: 'x', hasOwnProperty: [] },
  ],
])('%s', async (_name, stored, change, expected) => {
  for (const owner of owners) {
    await patch(owner, { publicMetadata: stored });
    expect((await patch(owner, { publicMetadata: change })).body.publicMetadata).toEqual(expected);
  }
});

test.each<[string, string, string]>([
  ['the key __proto__', 'publicMetadata', '{"__proto__":{"polluted":true}}'],
  ['the key __proto__ further inside', 'privateMetadata', '{"a":{"b":{"__proto__":{"polluted":true}}}}'],
  ['the key __proto__ inside of a list', 'publicMetadata', '{"a":[{"__proto__":{"polluted":true}}]}'],
  ['the key __proto__ to remove', 'publicMetadata', '{"__proto__":null}'],
  ['a list', 'publicMetadata', '[]'],
  ['a text', 'privateMetadata', '"x"'],
  ['null', 'publicMetadata', 'null'],
  ['a number', 'publicMetadata', '7'],
  ['33 levels of objects', 'publicMetadata', `${'{"a":'.repeat(33)}1${'}'.repeat(33)}`],
  ['33 levels of lists', 'publicMetadata', `{"a":${'['.repeat(32)}${']'.repeat(32)}}`],
  ['20,000 levels of lists', 'publicMetadata', `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`],
])('responds with 400 to a bag that is %s, for every owner, and stores nothing', async (_name, field, bag) => {
  for (const owner of owners) {
    await patch(owner, { publicMetadata: { kept: 1 } });
    const { status, body } = await callApi(torii, 'PATCH', paths[owner], `{"${field}":${bag}}`);
    expect([owner, status, body.properties.code]).toEqual([owner, 400, 'invalid_request']);
    expect(body.properties.errors).toEqual([{ field, message: expect.any(String) }]);
    expect((await patch(owner, { publicMetadata: {} })).body.publicMetadata).toEqual({ kept: 1 });
  }
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
});

test('changes no prototype through constructor.prototype', async () => {
  for (const owner of owners) {
    const change = { constructor: { prototype: { polluted: true } }, prototype: { polluted: true } };
    expect((await patch(owner, { publicMetadata: change })).body.publicMetadata).toEqual(change);
  }
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
});

test('accepts 32 levels', async () => {
  const bag = `${'{"a":'.repeat(32)}1${'}'.repeat(32)}`;
  for (const owner of owners) {
    expect((await callApi(torii, 'PATCH', paths[owner], `{"publicMetadata":${bag}}`)).status).toBe(200);
  }
});

test.each(['organization', 'member', 'invitation'] as const)(
  'each bag of a %s has 8 KB, measured in bytes of the merged result',
  async (owner) => {
    const full = { publicMetadata: bagOf(8192), privateMetadata: bagOf(8192) };
    expect((await patch(owner, full)).body).toMatchObject(full);
    const more = await callApi(torii, 'PATCH', paths[owner], { publicMetadata: { more: 1 } });
    expect([more.status, more.body.properties.code]).toEqual([400, 'metadata_too_large']);
    // The same number of characters, but more bytes.
    const wide = await callApi(torii, 'PATCH', paths[owner], { privateMetadata: { text: 'æ'.repeat(5000) } });
    expect([wide.status, wide.body.properties.code]).toEqual([400, 'metadata_too_large']);
    expect((await patch(owner, { publicMetadata: {} })).body).toMatchObject(full);
    expect((await patch(owner, { publicMetadata: { text: null, more: 1 } })).body.publicMetadata).toEqual({ more: 1 });
  },
);

test('the three bags of a user share 8 KB', async () => {
  const [half, quarter] = [bagOf(4096), bagOf(2048)];
  const full = { publicMetadata: half, privateMetadata: quarter, unsafeMetadata: quarter };
  expect((await patch('user', full)).body).toMatchObject(full);
  for (const [method, path] of [
    ['PATCH', paths.user],
    ['PATCH', `/users/${user.id}`],
  ] as const) {
    const { status, body } = await callApi(torii, method, path, { unsafeMetadata: { ...quarter, more: 1 } });
    expect([path, status, body.properties.code]).toEqual([path, 400, 'metadata_too_large']);
  }
  const created = await callApi(torii, 'POST', '/users', { ...full, privateMetadata: half });
  expect([created.status, created.body.properties.code]).toEqual([400, 'metadata_too_large']);
  await expect(torii.createUser({ publicMetadata: bagOf(8193) })).rejects.toMatchObject({ code: 'metadata_too_large' });
  expect((await torii.createUser({ publicMetadata: bagOf(8192) })).publicMetadata).toEqual(bagOf(8192));
});

test.each(['organization', 'member', 'invitation'] as const)(
  'responds with 400 to a patch of a %s that names no bag, or a bag that only users have',
  async (owner) => {
    for (const body of [{}, { unsafeMetadata: {} }, { metadata: {} }]) {
      const answer = await callApi(torii, 'PATCH', paths[owner], body);
      expect([answer.status, answer.body.properties.code]).toEqual([400, 'invalid_request']);
    }
  },
);

test('a patch of a user that names no bag changes nothing', async () => {
  torii.advance(1);
  const { status, body } = await patch<User>('user', {});
  expect([status, body]).toEqual([200, user]);
  expect((await patch<User>('user', { publicMetadata: { missing: null } })).body).toEqual(user);
});

test('an update of a user replaces the bag that the user may write', async () => {
  await patch('user', { unsafeMetadata: { theme: 'dark', size: 1 } });
  const { body } = await callApi<User>(torii, 'PATCH', `/users/${user.id}`, { unsafeMetadata: { theme: 'light' } });
  expect(body.unsafeMetadata).toEqual({ theme: 'light' });
  for (const [field, bag] of [
    ['unsafeMetadata', '{"__proto__":{}}'],
    ['publicMetadata', '{}'],
  ]) {
    const refused = await callApi(torii, 'PATCH', `/users/${user.id}`, `{"${field}":${bag}}`);
    expect([refused.status, refused.body.properties.errors]).toEqual([400, [{ field, message: expect.any(String) }]]);
  }
});

test('a new user and a new invitation refuse the same bags', async () => {
  for (const path of ['/users', '/invitations']) {
    for (const bag of ['{"__proto__":{}}', '[]', 'null', `{"a":${'['.repeat(40)}${']'.repeat(40)}}`]) {
      const body = `{"email":"new${count}@example.com","publicMetadata":${bag}}`;
      const answer = await callApi(torii, 'POST', path, body);
      expect([path, bag.slice(0, 20), answer.status]).toEqual([path, bag.slice(0, 20), 400]);
    }
  }
});

test.each<[string, unknown]>([
  ['a date', { at: new Date(0) }],
  ['a function', { run: () => 1 }],
  ['NaN', { count: Number.NaN }],
  ['a bigint', { count: 1n }],
  ['a map', new Map([['a', 1]])],
  ['undefined in a list', { list: [undefined] }],
  ['a class instance', { user: new (class Account {})() }],
])('the library refuses metadata that is not JSON: %s', async (_name, bag) => {
  await expect(torii.createUser({ publicMetadata: bag as never })).rejects.toMatchObject({ code: 'user_invalid' });
  await expect(torii.createOrganization({ name: 'A', publicMetadata: bag as never })).rejects.toMatchObject({
    code: 'organization_invalid',
  });
});

test('the library refuses metadata that contains itself', async () => {
  const bag: Record<string, unknown> = {};
  bag['self'] = bag;
  await expect(torii.createUser({ publicMetadata: bag })).rejects.toMatchObject({ code: 'user_invalid' });
});

test('a change of the passed object after the call does not change what is stored', async () => {
  const limits = { seats: 3 };
  const { id } = await torii.createUser({ publicMetadata: { limits } });
  limits.seats = 4;
  expect((await callApi<User>(torii, 'GET', `/users/${id}`)).body.publicMetadata).toEqual({ limits: { seats: 3 } });
});

test.each(owners)('20 patches of a %s at once lose nothing', async (owner) => {
  const keys = Array.from({ length: 20 }, (_, index) => `key${index}`);
  await Promise.all(keys.map((key) => patch(owner, { publicMetadata: { keys: { [key]: 1 } } })));
  const { body } = await patch(owner, { publicMetadata: {} });
  expect(Object.keys((body.publicMetadata as { keys: object }).keys).sort()).toEqual(keys.toSorted());
});

test('a change of metadata sends user.updated with the new metadata, and no change sends nothing', async () => {
  await using receiver = await startReceiver();
  await torii.addWebhook({ url: receiver.url, types: ['user.updated'] });
  await patch('user', { publicMetadata: { plan: 'pro' } });
  await patch('user', { publicMetadata: { plan: 'pro' } });
  await patch('user', {});
  await torii.webhooksSettled();
  expect(receiver.received.map(({ event }) => event.data)).toMatchObject([
    { id: user.id, publicMetadata: { plan: 'pro' } },
  ]);
});
