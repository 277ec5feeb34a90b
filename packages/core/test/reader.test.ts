import { describe, expect, test } from 'vitest';
import { ToriiConfigError } from '../src/index.ts';
import {
  assertOption,
  listOrigins,
  listPaths,
  listTexts,
  type Options,
  omitUndefined,
  readChoice,
  readFlag,
  readFunction,
  readHttpName,
  readKnownOptions,
  readLiteralPath,
  readNumber,
  readText,
  readWhole,
} from '../src/internal.ts';

interface Known {
  readonly issuer?: string;
  readonly audience?: string;
}

const names = ['issuer', 'audience'] as const;
/** Patterns that match every path, in some router or at first sight, and paths that no request has. */
const everyPath = [
  ...[
    '*',
    '/*',
    '/**',
    '/*/*',
    '/*/',
    '//*',
    '/./*',
    '/../*',
    '/a/../*',
    '/%2a',
    '/%2A/*',
    '/;/*',
    '/\\*',
    '/*?',
    '/*#',
  ],
  ...[
    '/.*',
    '/(.*)',
    '/:path*',
    '/{*path}',
    '/ *',
    ' /*',
    '/* ',
    '/*\n',
    '/*\0',
    '',
    '.',
    '/.',
    '/./',
    '//',
    'a',
    '/\uD800',
  ],
];

const read = (given: unknown): Options<keyof Known> => readKnownOptions(given as Known, names, "{ issuer: '…' }");

function problemOf(work: () => unknown): ToriiConfigError {
  try {
    work();
  } catch (error) {
    if (error instanceof ToriiConfigError) return error;
    throw error;
  }
  throw new Error('It was accepted.');
}

describe('an object of options', () => {
  test.each([undefined, null, true, 7, 'issuer', () => {}, Symbol('x'), [], ['issuer'], [{ issuer: 'a' }]])(
    'cannot be %o',
    (given) => {
      expect(problemOf(() => read(given))).toMatchObject({ option: 'options' });
      const inside = () => readKnownOptions(given as Known, names, 'claims: {}', 'claims');
      expect(problemOf(inside)).toMatchObject({ option: 'claims' });
    },
  );

  test('[9] keeps own options only, each read once', () => {
    let reads = 0;
    const options = read({
      get issuer() {
        reads++;
        return `read ${reads}`;
      },
      audience: undefined,
    });
    expect([options.issuer, options.issuer, reads]).toEqual(['read 1', 'read 1', 1]);
    expect('audience' in options).toBe(true);
    expect(Object.getPrototypeOf(options)).toBeNull();
    expect('toString' in options).toBe(false);
  });

  test.each<[string, unknown, string]>([
    ['inherited', Object.create({ audience: 'x' }, { issuer: { value: 'a', enumerable: true } }), 'audience'],
    ['not enumerable', Object.defineProperty({ issuer: 'a' }, 'audience', { value: 'x' }), 'audience'],
    [
      'a getter of its class',
      new (class {
        issuer = 'a';
        get audience(): string {
          return 'x';
        }
      })(),
      'audience',
    ],
    ['unknown', { issuer: 'a', audiences: 'x' }, 'audiences'],
    ['unknown and undefined', { issuer: 'a', audiences: undefined }, 'audiences'],
    ['called __proto__', JSON.parse('{ "issuer": "a", "__proto__": { "audience": "x" } }'), '__proto__'],
  ])('[9] is refused if an option is %s', (_kind, given, option) => {
    expect(problemOf(() => read(given))).toMatchObject({ name: 'ToriiConfigError', option });
  });

  test('[9] does not read options from Object.prototype', () => {
    Object.defineProperty(Object.prototype, 'audience', { value: 'evil', configurable: true });
    try {
      expect('audience' in read({ issuer: 'a' })).toBe(false);
    } finally {
      Reflect.deleteProperty(Object.prototype, 'audience');
    }
  });

  test('is refused if its name is long, without a suggestion and without the whole name', () => {
    const name = 'x'.repeat(1_000_000);
    const { message, option } = problemOf(() => read({ issuer: 'a', [name]: 1 }));
    expect(option).toBe(name);
    expect(message.length).toBeLessThan(500);
  });

  test('[16] is refused without its name if the name looks like a secret', () => {
    const { message } = problemOf(() => read({ issuer: 'a', sk_live_secret: 1 }));
    expect(message).not.toContain('sk_live_secret');
  });

  test('is refused with the unknown name and the most similar known name', () => {
    const { message } = problemOf(() => read({ isuer: 'a' }));
    expect(message).toContain('`isuer`');
    expect(message).toContain('`issuer`');
    expect(problemOf(() => read({ leeway: 1 })).message).not.toContain('`issuer`');
  });

  test('omitUndefined removes undefined options that are named', () => {
    const options = omitUndefined(read({ issuer: undefined, audience: undefined }), ['audience']);
    expect(Object.keys(options)).toEqual(['issuer']);
    expect(Object.getPrototypeOf(options)).toBeNull();
    expect(omitUndefined(read({ issuer: 'a', audience: 'b' }), ['audience'])).toEqual({ issuer: 'a', audience: 'b' });
  });

  test('a message suggests no name if none is similar', () => {
    expect(problemOf(() => read({ unrelated: 1 })).message).not.toMatch(/undefined|null/);
  });

  test('assertOption throws unless the condition is met', () => {
    expect(problemOf(() => assertOption('issuer', false, 'is wrong'))).toMatchObject({ option: 'issuer' });
    expect(() => assertOption('issuer', true, 'is wrong')).not.toThrow();
  });
});

describe('a value', () => {
  type Row = readonly [
    kind: string,
    read: (options: Options<'it'>) => unknown,
    good: readonly unknown[],
    bad: readonly unknown[],
  ];
  const rule = { from: 1, to: 10, absent: 5 };
  const anything = [null, '', ' ', [], {}, Number.NaN, 5n, Symbol('x')];

  test.each<Row>([
    ['string', (options) => readText(options, 'it', 'x'), ['a', 'a a'], [...anything, ' a ', undefined, 7, ['a']]],
    [
      'strings',
      (options) => listTexts(options, 'it', 'x'),
      ['a', ['a', 'b']],
      [...anything, undefined, 7, ['a', ''], [['a']], new Array(1)],
    ],
    [
      'number',
      (options) => readNumber(options, 'it', rule),
      [1, 1.5, 10],
      [...anything, undefined, 0.99, 10.01, '5', true, [5]],
    ],
    [
      'whole',
      (options) => readWhole(options, 'it', rule),
      [1, 10],
      [...anything, undefined, 0, 11, 1.5, '5', true, [5]],
    ],
    ['flag', (options) => readFlag(options, 'it'), [true, false], [...anything, undefined, 0, 1, 'true']],
    [
      'choice',
      (options) => readChoice(options, 'it', ['a', 'b']),
      ['a', 'b'],
      [...anything, undefined, 'c', 'A', ['a']],
    ],
    ['function', (options) => readFunction(options, 'it'), [() => {}, undefined], [...anything, 7, 'f', { call() {} }]],
    [
      'name',
      (options) => readHttpName(options, 'it', 'x'),
      ['X-Tenant', '__Host-a'],
      [...anything, undefined, 'a b', 'a:', 'a\n', 'å', ['a']],
    ],
    [
      'paths',
      (options) => listPaths(options, 'it', 1),
      [['/a'], ['/a', '/b/*', '/']],
      [
        ...anything,
        undefined,
        '/a',
        new Set(['/a']),
        [['/a']],
        [/a/],
        ['/a', undefined],
        new Array(1),
        ['/a', '/*'],
        ...everyPath.map((path) => [path]),
      ],
    ],
    [
      'path',
      (options) => readLiteralPath(options, 'it', 'x'),
      ['/', '/a/b'],
      [...anything, undefined, 'a', '/*', '/a/*', '//a', '/a/../b', '/a?b', '/a%2fb', '/%C3%A5', '/:lang/a'],
    ],
    [
      'origins',
      (options) => listOrigins(options, 'it', 'x'),
      [['https://a.test'], ['http://a.test:8080', 'https://[::1]']],
      [
        ...anything,
        undefined,
        'https://a.test',
        ['https://a.test/'],
        ['wss://a.test'],
        ['https://a.test', ''],
        ['null'],
        [7],
        new Array(1),
      ],
    ],
  ])('of kind %s is accepted or refused', (_kind, readIt, good, bad) => {
    for (const it of good) expect(() => readIt({ it })).not.toThrow();
    for (const it of bad)
      expect(problemOf(() => readIt({ it }))).toMatchObject({ name: 'ToriiConfigError', option: 'it' });
  });

  test('can be an empty list of paths, unless a minimum is set', () => {
    expect(listPaths({ it: [] }, 'it')).toEqual([]);
  });

  test('has its default if it is absent', () => {
    const none = Object.create(null);
    expect([readText(none, 'it', 'x'), readHttpName(none, 'it', 'x'), readFunction(none, 'it')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect([readNumber(none, 'it', rule), readWhole(none, 'it', rule)]).toEqual([5, 5]);
    expect([readFlag(none, 'it'), readChoice(none, 'it', ['a', 'b'])]).toEqual([false, 'a']);
    expect([listPaths(none, 'it'), listOrigins(none, 'it', 'x')]).toEqual([[], []]);
  });

  test('[16] that is a string is not quoted in the error: it may be a secret', () => {
    const it = 'sk_live_51c2a0f7d9';
    const readers: readonly ((options: Options<'it'>) => unknown)[] = [
      (options) => readWhole(options, 'it', rule),
      (options) => readFlag(options, 'it'),
      (options) => readChoice(options, 'it', ['a', 'b']),
      (options) => readFunction(options, 'it'),
      (options) => readLiteralPath(options, 'it', 'x'),
      (options) => listPaths(options, 'it'),
      (options) => listOrigins(options, 'it', 'x'),
      (options) => readHttpName({ it: `${options.it} ` }, 'it', 'x'),
      (options) => listOrigins({ it: [options.it] }, 'it', 'x'),
    ];
    for (const readIt of readers) expect(problemOf(() => readIt({ it })).message).not.toContain('51c2');
  });
});
