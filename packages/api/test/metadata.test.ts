import { describe, expect, test } from 'vitest';
import { Patch, type ToriiClient } from '../src/index.ts';
import { failureOf, ok, type ScriptedApi, scriptApi } from './scripted-api.ts';

class Plan {
  readonly name = 'pro';
}

const cyclic: { self?: unknown } = {};
cyclic.self = cyclic;

/** A bag whose JSON has this many bytes. */
function bagOf(bytes: number): { readonly a: string } {
  return { a: 'x'.repeat(bytes - '{"a":""}'.length) };
}

interface Way {
  readonly name: string;
  readonly call: (client: ToriiClient, bag: never) => PromiseLike<unknown>;
}

const patches: readonly Way[] = [
  { name: 'users.updateMetadata', call: ({ users }, bag) => users.updateMetadata('ada', { publicMetadata: bag }) },
  {
    name: 'organizations.updateMetadata',
    call: ({ organizations }, bag) => organizations.updateMetadata('o1', { publicMetadata: bag }),
  },
  {
    name: 'organizations.updateMemberMetadata',
    call: ({ organizations }, bag) => organizations.updateMemberMetadata('o1', 'ada', { publicMetadata: bag }),
  },
  {
    name: 'invitations.updateMetadata',
    call: ({ invitations }, bag) => invitations.updateMetadata('i1', { publicMetadata: bag }),
  },
];
const creates: readonly Way[] = [
  { name: 'users.create', call: ({ users }, bag) => users.create({ publicMetadata: bag }) },
  {
    name: 'invitations.create',
    call: ({ invitations }, bag) => invitations.create({ email: 'bo@example.com', publicMetadata: bag }),
  },
];
const ways: readonly Way[] = [...patches, ...creates];

async function refusalOf(
  api: ScriptedApi,
  call: (client: ToriiClient) => PromiseLike<unknown>,
): Promise<Readonly<Record<string, unknown>>> {
  const error = await failureOf(call(api.client));
  expect(error).toMatchObject({ name: 'ToriiConfigError' });
  expect(api.sent).toEqual([]);
  expect(api.events).toEqual([]);
  return error as Readonly<Record<string, unknown>>;
}

describe.each(ways)('$name', ({ call }) => {
  test.each<[string, unknown, string]>([
    ['null', null, 'publicMetadata'],
    ['a text', 'pro', 'publicMetadata'],
    ['a list', [], 'publicMetadata'],
    ['a Map', new Map([['plan', 'pro']]), 'publicMetadata'],
    ['an instance of a class', new Plan(), 'publicMetadata'],
    ['a date', new Date(0), 'publicMetadata'],
    ['a function', () => ({}), 'publicMetadata'],
    ['an object that inherits', Object.create({ plan: 'pro' }), 'publicMetadata'],
    ['a prototype in a literal', { __proto__: { plan: 'pro' } }, 'publicMetadata'],
    ['a patch', Patch.set({ plan: 'pro' }), 'publicMetadata'],
    ['a patch with undefined members', Patch.set({ plan: undefined }), 'publicMetadata'],
    ['a function inside', { plan: () => 'pro' }, 'publicMetadata.plan'],
    ['NaN inside', { seats: Number.NaN }, 'publicMetadata.seats'],
    ['NaN deep inside', { a: { b: [{ c: Number.NaN }] } }, 'publicMetadata.a.b.0.c'],
    ['a BigInt inside', { seats: 10n }, 'publicMetadata.seats'],
    ['a Map inside', { plan: { a: new Map() } }, 'publicMetadata.plan.a'],
    ['an instance of a class inside', { plan: new Plan() }, 'publicMetadata.plan'],
    ['an invalid date inside', { at: new Date(Number.NaN) }, 'publicMetadata.at'],
    ['a patch inside', { plan: Patch.set('pro') }, 'publicMetadata.plan'],
    ['undefined in a list', { tags: ['a', undefined] }, 'publicMetadata.tags.1'],
    ['a list with a gap', { tags: new Array(1) }, 'publicMetadata.tags'],
    ['a key called __proto__', JSON.parse('{"__proto__":{"isAdmin":true}}'), 'publicMetadata.__proto__'],
    ['a key called __proto__ inside', JSON.parse('{"a":[{"__proto__":1}]}'), 'publicMetadata.a.0.__proto__'],
    ['a symbol as a key', { [Symbol('plan')]: 'pro' }, 'publicMetadata'],
    ['toJSON', { plan: 'pro', toJSON: () => ({}) }, 'publicMetadata.toJSON'],
  ])('refuses %s, names the member, and sends nothing', async (_name, bag, option) => {
    expect(await refusalOf(scriptApi([ok()]), (client) => call(client, bag as never))).toMatchObject({ option });
  });

  test('refuses objects that contain themselves or are nested too deeply', async () => {
    let deep: unknown = 1;
    for (let level = 0; level < 5000; level++) deep = { a: deep };
    let wide: unknown = 1;
    for (let level = 0; level < 60; level++) wide = { a: wide, b: wide };
    const { option: whole } = await refusalOf(scriptApi([ok()]), (client) => call(client, wide as never));
    expect(whole).toBe('publicMetadata');
    for (const bag of [cyclic, deep, { list: Object.assign([], { 0: cyclic }) }]) {
      const { option } = await refusalOf(scriptApi([ok()]), (client) => call(client, bag as never));
      expect(option).toMatch(/^publicMetadata\.(self|a|list)\./);
      expect(String(option).length).toBeLessThanOrEqual(200);
    }
  });

  test('[35] an error does not contain a key that looks like a secret, or a line break', async () => {
    for (const key of [`sk_live_${'a1'.repeat(12)}`, 'a\nb', 'eyJhbGciOiJFUzI1NiJ9']) {
      const error = await refusalOf(scriptApi([ok()]), (client) => call(client, { [key]: Number.NaN } as never));
      expect(`${error['option']}${error['message']}`).not.toContain(key);
    }
  });

  test('sends exactly 8192 bytes, and refuses one more', async () => {
    const fits = scriptApi([ok()]);
    await call(fits.client, bagOf(8192) as never);
    expect(fits.sent).toHaveLength(1);
    const error = await refusalOf(scriptApi([ok()]), (client) => call(client, bagOf(8193) as never));
    expect(error).toMatchObject({ option: 'publicMetadata' });
  });

  test('counts bytes of UTF-8, and escapes of JSON', async () => {
    for (const [text, bytes] of [
      ['é', 2],
      ['€', 3],
      ['😀', 4],
      ['"', 2],
      ['\u0001', 6],
    ] as const) {
      const count = Math.floor((8192 - 8) / bytes);
      const fits = scriptApi([ok()]);
      await call(fits.client, { a: text.repeat(count) } as never);
      expect(fits.sent).toHaveLength(1);
      await refusalOf(scriptApi([ok()]), (client) => call(client, { a: text.repeat(count + 1) } as never));
    }
  });

  test('sends what JSON can express, of this realm and of others', async () => {
    const bare = Object.assign(Object.create(null), { a: 1 });
    const bag = { plan: 'pro', on: true, seats: 0, list: [1, null, { b: {} }], at: new Date(0), no: undefined, bare };
    const { client, sent } = scriptApi([ok()]);
    await call(client, { ...bag, constructor: 'Ferrari', prototype: 1, hasOwnProperty: 'x' } as never);
    const { at: _at, no: _no, ...rest } = bag;
    expect(sent[0]?.body).toMatchObject({
      publicMetadata: {
        ...rest,
        at: '1970-01-01T00:00:00.000Z',
        constructor: 'Ferrari',
        prototype: 1,
        hasOwnProperty: 'x',
      },
    });
    expect(sent[0]?.body).not.toHaveProperty('publicMetadata.no');
  });

  test('sends the checked copy, whatever a getter returns later', async () => {
    let reads = 0;
    const bag = {
      get plan() {
        return ++reads === 1 ? 'pro' : Number.NaN;
      },
    };
    const { client, sent } = scriptApi([ok()]);
    await call(client, bag as never);
    expect(sent[0]?.body).toMatchObject({ publicMetadata: { plan: 'pro' } });
  });
});

test.each(patches)('$name sends null, which removes a key, at any depth', async ({ call }) => {
  const { client, sent } = scriptApi([ok()]);
  await call(client, { plan: null, address: { zip: null }, tags: [null] } as never);
  expect(sent[0]?.body).toEqual({ publicMetadata: { plan: null, address: { zip: null }, tags: [null] } });
});

test.each(patches)('$name does not count keys that it removes', async ({ call }) => {
  const removed = Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`key${index}`, null]));
  const { client, sent } = scriptApi([ok(), ok()]);
  await call(client, { ...removed, nested: removed } as never);
  expect(sent).toHaveLength(1);
  await call(client, { ...removed, ...bagOf(8192), nested: { deeper: removed } } as never);
  expect(sent).toHaveLength(2);
  const more = { ...removed, ...bagOf(8193) } as never;
  await refusalOf(scriptApi([ok()]), (other) => call(other, more));
  // Lists are replaced whole, so null in a list is stored.
  const list = { list: new Array(2000).fill(null) } as never;
  await refusalOf(scriptApi([ok()]), (other) => call(other, list));
});

test('the three bags of a user share the limit', async () => {
  const third = bagOf(2730);
  const all = { publicMetadata: third, privateMetadata: third, unsafeMetadata: third };
  const more = { ...all, privateMetadata: bagOf(2733) };
  const { client, sent } = scriptApi([ok(), ok(), ok()]);
  await client.users.create(all);
  await client.users.updateMetadata('ada', all);
  // An empty bag may be stored as nothing.
  await client.users.create({ publicMetadata: bagOf(8192), privateMetadata: {}, unsafeMetadata: { a: null } });
  expect(sent).toHaveLength(3);
  const option = 'privateMetadata';
  expect(await refusalOf(scriptApi([]), ({ users }) => users.create(more))).toMatchObject({ option });
  expect(await refusalOf(scriptApi([]), ({ users }) => users.updateMetadata('ada', more))).toMatchObject({ option });
});

test('an update of a user checks the one bag that it can change', async () => {
  const { client, sent } = scriptApi([ok()]);
  await client.users.update('ada', { firstName: 'Ada', unsafeMetadata: { theme: null, sound: { volume: 3 } } });
  expect(sent[0]?.body).toEqual({ firstName: 'Ada', unsafeMetadata: { theme: null, sound: { volume: 3 } } });
  const large = { unsafeMetadata: bagOf(8193) };
  const option = 'unsafeMetadata';
  expect(await refusalOf(scriptApi([]), ({ users }) => users.update('ada', large))).toMatchObject({ option });
  const patch = { unsafeMetadata: Patch.set({ theme: 'dark' }) } as never;
  expect(await refusalOf(scriptApi([]), ({ users }) => users.update('ada', patch))).toMatchObject({ option });
});

test('each bag of an organization, a membership and an invitation has its own limit', async () => {
  const both = { publicMetadata: bagOf(8192), privateMetadata: bagOf(8192) };
  const { client, sent } = scriptApi([ok(), ok(), ok(), ok()]);
  await client.organizations.updateMetadata('o1', both);
  await client.organizations.updateMemberMetadata('o1', 'ada', both);
  await client.invitations.create({ email: 'bo@example.com', ...both });
  await client.invitations.updateMetadata('i1', both);
  expect(sent.map(({ body }) => body)).toMatchObject([both, both, both, both]);
  const more = { publicMetadata: { a: 1 }, privateMetadata: bagOf(8193) };
  const option = 'privateMetadata';
  expect(await refusalOf(scriptApi([]), (any) => any.organizations.updateMetadata('o1', more))).toMatchObject({
    option,
  });
});

test.each<[string, object, object]>([
  ['no metadata', {}, { publicMetadata: {}, privateMetadata: {} }],
  ['undefined', { publicMetadata: undefined }, { publicMetadata: {}, privateMetadata: {} }],
  ['one bag', { privateMetadata: { seats: 3 } }, { publicMetadata: {}, privateMetadata: { seats: 3 } }],
])('an invitation with %s has both bags, which the API requires', async (_name, given, body) => {
  const { client, sent } = scriptApi([ok()]);
  await client.invitations.create({ email: 'bo@example.com', ...given });
  expect(sent[0]?.body).toEqual({ email: 'bo@example.com', ...body });
});

test('a bag that is left out or undefined is not sent', async () => {
  const { client, sent } = scriptApi([ok(), ok(), ok()]);
  await client.users.create({ email: 'ada@example.com', publicMetadata: undefined });
  await client.users.updateMetadata('ada', { publicMetadata: { a: 1 }, privateMetadata: undefined });
  await client.organizations.updateMetadata('o1', {});
  expect(sent.map(({ body }) => body)).toEqual([{ email: 'ada@example.com' }, { publicMetadata: { a: 1 } }, {}]);
});

test('an organization has no unsafe metadata', async () => {
  const fields = { unsafeMetadata: {} } as never;
  for (const call of [
    ({ organizations }: ToriiClient) => organizations.updateMetadata('o1', fields),
    ({ organizations }: ToriiClient) => organizations.updateMemberMetadata('o1', 'ada', fields),
    ({ invitations }: ToriiClient) => invitations.updateMetadata('i1', fields),
  ])
    expect(await refusalOf(scriptApi([]), call)).toMatchObject({ option: 'unsafeMetadata' });
});
