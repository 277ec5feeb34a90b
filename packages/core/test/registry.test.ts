import { describe, expect, test } from 'vitest';
import { SharedMap } from '../src/registry.ts';

let names = 0;
/** A new name for each test, because a map on `globalThis` cannot be removed. */
const freshName = () => `test-${names++}`;
const symbolOf = (name: string) => Symbol.for(`torii.${name}`);

const key = {};

test('two instances with one name share one map', () => {
  const name = freshName();
  const [one, other] = [new SharedMap(name), new SharedMap(name)];
  one.set(key, 'value');
  expect([other.has(key), other.get(key)]).toEqual([true, 'value']);
  expect(new SharedMap(freshName()).has(key)).toBe(false);
});

test('a map on globalThis is not enumerable, and cannot be replaced', () => {
  const name = freshName();
  new SharedMap(name).set(key, 'value');
  expect(Object.keys(globalThis)).not.toContain(symbolOf(name));
  expect(Object.getOwnPropertyDescriptor(globalThis, symbolOf(name))).toMatchObject({
    enumerable: false,
    writable: false,
    configurable: false,
  });
});

test.each([undefined, null, 1, 'torii', Symbol('torii')])('does not contain %s', (value) => {
  expect(new SharedMap(freshName()).has(value)).toBe(false);
});

describe('[17] ignores another value under its name on globalThis', () => {
  const yes = { has: () => true, get: () => 'forged', set: () => {} };
  const throws = () => {
    throw new Error('read');
  };

  test.each<[string, PropertyDescriptor]>([
    ['undefined', { value: undefined }],
    ['null', { value: null }],
    ['true', { value: true }],
    ['a string', { value: 'torii' }],
    ['an object with the methods of a map', { value: yes }],
    ['a function', { value: Object.assign(() => {}, yes) }],
    ['a Map', { value: new Map([[key, 'forged']]) }],
    ['a WeakSet', { value: new WeakSet([key]) }],
    [
      'an object with the prototype of a WeakMap',
      { value: Object.create(WeakMap.prototype, { has: { value: yes.has } }) },
    ],
    ['an object that inherits from a WeakMap', { value: Object.create(new WeakMap([[key, 'forged']])) }],
    ['a proxy of a WeakMap', { value: new Proxy(new WeakMap([[key, 'forged']]), {}) }],
    ['a proxy that throws', { value: new Proxy({}, { get: throws, getPrototypeOf: throws }) }],
    ['a getter that throws', { get: throws }],
    ['a getter of a WeakMap', { get: () => new WeakMap([[key, 'forged']]) }],
  ])('%s', (_name, descriptor) => {
    const name = freshName();
    Object.defineProperty(globalThis, symbolOf(name), descriptor);
    const map = new SharedMap(name);
    expect([map.has(key), map.get(key)]).toEqual([false, undefined]);
    map.set(key, 'ours');
    expect([map.has(key), map.get(key)]).toEqual([true, 'ours']);
  });

  test('overridden methods of a WeakMap', () => {
    const name = freshName();
    Object.defineProperty(globalThis, symbolOf(name), { value: Object.assign(new WeakMap(), yes) });
    const map = new SharedMap(name);
    expect([map.has(key), map.get(key)]).toEqual([false, undefined]);
  });

  test('an inherited map', () => {
    const name = freshName();
    Object.defineProperty(Object.prototype, symbolOf(name), {
      value: new WeakMap([[key, 'forged']]),
      configurable: true,
    });
    try {
      expect(new SharedMap(name).has(key)).toBe(false);
    } finally {
      Reflect.deleteProperty(Object.prototype, symbolOf(name));
    }
  });
});
