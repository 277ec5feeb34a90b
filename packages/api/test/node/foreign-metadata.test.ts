// Objects of another realm, as in Jest, `node:vm` and workers: their classes are not those that the client sees.
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { failureOf, ok, scriptApi } from '../scripted-api.ts';

test('sends metadata of another realm', async () => {
  const bag = runInNewContext(`({
    plan: 'pro',
    list: [1, { a: null }],
    at: new Date(0),
    bare: Object.assign(Object.create(null), { b: 1 }),
  })`);
  const { client, sent } = scriptApi([ok()]);
  await client.users.updateMetadata('ada', { publicMetadata: bag });
  expect(sent[0]?.body).toEqual({
    publicMetadata: { plan: 'pro', list: [1, { a: null }], at: '1970-01-01T00:00:00.000Z', bare: { b: 1 } },
  });
});

test.each([
  ['new Map()', 'publicMetadata'],
  ['[]', 'publicMetadata'],
  ['new (class Plan { name = 1 })()', 'publicMetadata'],
  ['Object.create({ plan: 1 })', 'publicMetadata'],
  ['({ plan: new Set() })', 'publicMetadata.plan'],
  ['({ plan: () => 1 })', 'publicMetadata.plan'],
  ['({ at: new Date(NaN) })', 'publicMetadata.at'],
  ['({ a: [new (class {})()] })', 'publicMetadata.a.0'],
  ['JSON.parse(\'{"__proto__":{"isAdmin":true}}\')', 'publicMetadata.__proto__'],
  ['(() => { const a = {}; a.a = [a]; return a; })()', 'publicMetadata'],
])('refuses %s of another realm, and sends nothing', async (source, option) => {
  const { client, sent } = scriptApi([ok()]);
  const error = await failureOf(client.users.create({ publicMetadata: runInNewContext(source) }));
  expect(error).toMatchObject({ name: 'ToriiConfigError', option: expect.stringContaining(option) });
  expect(sent).toEqual([]);
});
