import { expect, test, vi } from 'vitest';
import { createRevocations, memoryFeed, sharedRevocations } from '../src/index.ts';
import { environmentId, issuer } from './tokens.ts';

const place = Symbol.for('torii.revocations');
const create = () => createRevocations({ issuer, environmentId, feed: memoryFeed() });

test('creates once in a process, also in a second copy of the package', async () => {
  const first = sharedRevocations(create, 'twice');
  vi.resetModules();
  const copy = await import('../src/index.ts');
  expect(copy.sharedRevocations).not.toBe(sharedRevocations);
  const other = copy.sharedRevocations(() => {
    throw new Error('created a second time');
  }, 'twice');
  expect(other).toBe(first);
});

test('names tell environments apart, and closed revocations are replaced', async () => {
  const one = sharedRevocations(create);
  expect(sharedRevocations(create)).toBe(one);
  expect(sharedRevocations(create, 'other')).not.toBe(one);
  await one.close();
  expect(sharedRevocations(create)).not.toBe(one);
});

test('an error of create is passed on, and the next call tries again', () => {
  const broken = (): never => {
    throw new Error('no store');
  };
  expect(() => sharedRevocations(broken, 'broken')).toThrow('no store');
  expect(sharedRevocations(create, 'broken').health().status).toBe('current');
});

test('what other code has put in its place is not used, and cannot be put there afterwards', () => {
  sharedRevocations(create, 'kept');
  expect(Reflect.set(globalThis, place, new Map())).toBe(false);
  expect(Object.keys(globalThis)).not.toContain(place);
  const map = Object.getOwnPropertyDescriptor(globalThis, place)?.value as Map<string, unknown>;
  map.set('fake', { check: () => 'accepted' });
  expect(sharedRevocations(create, 'fake').issuer).toBe(issuer);
});

test.each([
  ['a promise', async () => create()],
  ['nothing', () => undefined],
])('create must not return %s', (_name, wrong) => {
  expect(() => sharedRevocations(wrong as never, 'wrong')).toThrow(/must return what createRevocations returned/);
});

test('the revocations themselves in place of a function are refused', () => {
  expect(() => sharedRevocations(create() as never)).toThrow(/`create` must be a function/);
});
