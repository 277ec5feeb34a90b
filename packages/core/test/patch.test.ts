import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Patch } from '../src/index.ts';

describe('Patch.set', () => {
  test.each<[string, unknown]>([
    ['a text', 'Ada'],
    ['an empty text', ''],
    ['null, which clears', null],
    ['zero', 0],
    ['false', false],
    ['an object', { theme: 'dark' }],
    ['a list', []],
  ])('holds %s', (_name, value) => {
    expect(Patch.set(value).value).toBe(value);
    expect(Patch.body({ field: Patch.set(value) })).toEqual({ field: value });
  });

  test('throws a TypeError for undefined', () => {
    expect(() => Patch.set(undefined)).toThrow(TypeError);
    expect(() => Patch.set(undefined)).toThrow('Patch.set(null)');
  });

  test('returns an immutable patch', () => {
    const patch = Patch.set('Ada');
    expect(() => {
      (patch as { value: string }).value = 'Bob';
    }).toThrow(TypeError);
    expect(patch.value).toBe('Ada');
  });
});

describe('Patch.is', () => {
  test('recognizes a patch', () => {
    expect(Patch.is(Patch.set(1))).toBe(true);
    expect(Patch.is(Patch.set(null))).toBe(true);
  });

  test.each<[string, unknown]>([
    ['a value', 'Ada'],
    ['null', null],
    ['undefined', undefined],
    ['an object with the same fields', { value: 1 }],
    ['a copy', { ...Patch.set(1) }],
    ['its JSON', JSON.parse(JSON.stringify(Patch.set(1)))],
    ['an object that inherits from one', Object.create(Patch.set(1))],
    ['the class', Patch],
  ])('does not accept %s', (_name, value) => {
    expect(Patch.is(value)).toBe(false);
  });
});

describe('Patch.body', () => {
  test('sets values, clears fields that are null, and leaves out fields that are undefined or missing', () => {
    const body = Patch.body<{ name: string; email: string; locale: string; phone: string }>({
      name: 'Ada',
      email: null,
      locale: undefined,
    });
    expect(body).toEqual({ name: 'Ada', email: null });
    expect(Object.keys(body)).toEqual(['name', 'email']);
  });

  test('treats a patch like its value', () => {
    expect(Patch.body({ name: Patch.set('Ada'), email: Patch.set(null) })).toEqual({ name: 'Ada', email: null });
  });

  test('returns an empty object if no field is set or cleared', () => {
    expect(JSON.stringify(Patch.body({}))).toBe('{}');
    expect(JSON.stringify(Patch.body<{ name: string }>({ name: undefined }))).toBe('{}');
  });

  test('keeps empty strings, false, zero and empty lists', () => {
    expect(Patch.body({ name: '', count: 0, flag: false, list: [] as string[] })).toEqual({
      name: '',
      count: 0,
      flag: false,
      list: [],
    });
  });

  test('does not change its input', () => {
    const fields = Object.freeze({ name: Patch.set('Ada'), email: undefined });
    Patch.body(fields);
    expect(Object.keys(fields)).toEqual(['name', 'email']);
  });

  test('keeps a key named __proto__', () => {
    const body = Patch.body(JSON.parse('{"__proto__":{"isAdmin":true}}'));
    expect(JSON.stringify(body)).toBe('{"__proto__":{"isAdmin":true}}');
    expect(body).not.toHaveProperty('isAdmin');
  });

  test('ignores inherited keys', () => {
    expect(Patch.body(Object.create({ name: 'Ada' }))).toEqual({});
  });
});

describe('Patch.diff', () => {
  test.each<[string, object, object, object]>([
    ['nothing if nothing changed', { name: 'Ada' }, { name: 'Ada' }, {}],
    ['a changed value', { name: 'Ada', email: 'a' }, { name: 'Bob', email: 'a' }, { name: 'Bob' }],
    ['a new value', {}, { name: 'Ada' }, { name: 'Ada' }],
    ['a value that was null before', { name: null }, { name: 'Ada' }, { name: 'Ada' }],
    ['null for a cleared value', { name: 'Ada' }, { name: null }, { name: null }],
    ['nothing for null that was null before', { name: null }, { name: null }, {}],
    ['nothing for null that was missing before', {}, { name: null }, {}],
    ['nothing for null that was undefined before', { name: undefined }, { name: null }, {}],
    ['nothing for a key that is missing', { name: 'Ada', email: 'a' }, { email: 'a' }, {}],
    ['nothing for a key that is undefined', { name: 'Ada' }, { name: undefined }, {}],
    ['an empty string', { name: 'Ada' }, { name: '' }, { name: '' }],
    ['false for true', { flag: true }, { flag: false }, { flag: false }],
    ['zero for null', { count: null }, { count: 0 }, { count: 0 }],
    ['a number instead of its string', { count: '1' }, { count: 1 }, { count: 1 }],
    ['nothing for equal lists', { tags: ['a', { b: 1 }] }, { tags: ['a', { b: 1 }] }, {}],
    ['the whole list if it changed', { tags: ['a', 'b'] }, { tags: ['b', 'a'] }, { tags: ['b', 'a'] }],
    ['a shorter list', { tags: ['a', 'b'] }, { tags: ['a'] }, { tags: ['a'] }],
    ['an empty list for an empty object', { tags: {} }, { tags: [] }, { tags: [] }],
    ['nothing for objects whose keys are in another order', { meta: { a: 1, b: 2 } }, { meta: { b: 2, a: 1 } }, {}],
    ['the whole object if it changed', { meta: { a: 1, b: 2 } }, { meta: { a: 1 } }, { meta: { a: 1 } }],
    [
      'an object with another key of undefined',
      { meta: { a: undefined } },
      { meta: { b: undefined } },
      { meta: { b: undefined } },
    ],
    ['an object for null', { meta: null }, { meta: {} }, { meta: {} }],
    ['nothing for equal dates', { at: new Date(5) }, { at: new Date(5) }, {}],
    ['a changed date', { at: new Date(5) }, { at: new Date(6) }, { at: new Date(6) }],
    ['a date instead of an empty object', { at: {} }, { at: new Date(5) }, { at: new Date(5) }],
    ['an empty object instead of a date', { at: new Date(5) }, { at: {} }, { at: {} }],
    ['nothing for NaN and NaN', { count: Number.NaN }, { count: Number.NaN }, {}],
  ])('gives %s', (_name, before, after, patch) => {
    expect(Patch.diff<object>(before, after)).toStrictEqual(patch);
  });

  test.each<[string, unknown, unknown]>([
    ['URLs', new URL('https://a.test'), new URL('https://b.test')],
    ['sets', new Set([1]), new Set([2])],
    ['maps', new Map([[1, 2]]), new Map([[1, 3]])],
    ['regular expressions', /a/, /b/],
    [
      'objects with private state',
      new (class {
        #x = 1;
        toJSON() {
          return this.#x;
        }
      })(),
      new (class {
        #x = 2;
        toJSON() {
          return this.#x;
        }
      })(),
    ],
  ])('does not take two %s for the same because it cannot look into them', (_name, before, after) => {
    expect(Patch.diff<object>({ field: before }, { field: after })).toEqual({ field: after });
  });

  test('ignores inherited values of the earlier state', () => {
    expect(Patch.diff<object>(Object.create({ name: 'Ada' }), { name: 'Ada' })).toEqual({ name: 'Ada' });
  });

  test('compares a key named __proto__ like any other key', () => {
    const [before, after] = [JSON.parse('{"__proto__":{"a":1}}'), JSON.parse('{"__proto__":{"a":2}}')];
    expect(JSON.stringify(Patch.diff(before, after))).toBe('{"__proto__":{"a":2}}');
    expect(JSON.stringify(Patch.diff(before, before))).toBe('{}');
  });

  // Applies the body of a PATCH request, as a server does.
  function apply(state: object, patch: object): Record<string, unknown> {
    return Object.fromEntries([...Object.entries(state), ...Object.entries(patch)]);
  }

  function own(state: Record<string, unknown>, name: string): unknown {
    return Object.hasOwn(state, name) ? state[name] : undefined;
  }

  const key = fc.constantFrom('name', 'email', 'locale', 'phone', 'meta', '__proto__', 'toString');
  const field = fc.oneof(
    fc.constantFrom<unknown>(null, undefined, '', 'Ada', 0, 1, true, [], {}),
    fc.jsonValue({ maxDepth: 2 }),
  );
  const state = fc.dictionary(key, field, { noNullPrototype: true });

  test('applied to the earlier state, gives the later state', () => {
    fc.assert(
      fc.property(state, state, (before, after) => {
        const result = apply(before, Patch.diff<object>(before, after));
        for (const [name, value] of Object.entries(after)) {
          const was = own(before, name);
          // `null` and a missing value are equivalent. `undefined` leaves a field unchanged.
          const expected = value === undefined ? was : value;
          expect(own(result, name) ?? null).toEqual(expected ?? null);
        }
        for (const [name, value] of Object.entries(before)) {
          if (!Object.hasOwn(after, name)) expect(own(result, name)).toEqual(value);
        }
      }),
      { seed: 2, numRuns: 2_000 },
    );
  });

  test('contains only keys that changed', () => {
    fc.assert(
      fc.property(state, state, (before, after) => {
        for (const [name, value] of Object.entries(Patch.diff<object>(before, after))) {
          expect(own(before, name) ?? null).not.toEqual(value);
        }
      }),
      { seed: 3, numRuns: 2_000 },
    );
  });

  test('of equal states is empty, also after a first diff was applied', () => {
    fc.assert(
      fc.property(state, state, (before, after) => {
        expect(Patch.diff<object>(before, structuredClone(before))).toEqual({});
        expect(Patch.diff<object>(apply(before, Patch.diff<object>(before, after)), after)).toEqual({});
      }),
      { seed: 4, numRuns: 1_000 },
    );
  });
});
