import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createVerifier } from '../src/index.ts';
import { compilePublicPaths, readPath } from '../src/request/path.ts';
import { issuer, makeKey } from './mint.ts';

const publicPaths = [
  '/',
  '/health',
  '/health/',
  '/Case',
  '/docs/*',
  '/a b',
  '/æøå',
  '/a+b',
  '/x/y',
  '/100',
  '/~user/*',
  '/[id]',
];
const isPublic = compilePublicPaths(publicPaths);

test.each([
  ['the root', '/'],
  ['a literal', '/health'],
  ['a literal with a trailing slash', '/health/'],
  ['a literal of two segments', '/x/y'],
  ['a literal with a space, encoded', '/a%20b'],
  ['a literal with letters beyond ASCII, encoded', '/%C3%A6%C3%B8%C3%A5'],
  ['a literal with letters beyond ASCII, encoded in lower case', '/%c3%a6%c3%b8%c3%a5'],
  ['a literal with a plus, which is not a space', '/a+b'],
  ['a literal with brackets, encoded', '/%5Bid%5D'],
  ['a path in a subtree', '/docs/a'],
  ['a deep path in a subtree', '/docs/a/b/c'],
  ['a path in a subtree with a trailing slash', '/docs/a/'],
  ['dots that are not a dot segment', '/docs/a..b/.well-known/...'],
  ['a star in a subtree', '/docs/*'],
  ['encoded letters in a subtree', '/docs/%E2%82%AC'],
  ['a tilde', '/~user/x'],
])('[21] is public: %s', (_name, path) => {
  expect(isPublic(path)).toBe(true);
});

test.each<[string, string | undefined]>([
  ['an unknown path', undefined],
  ['no path', ''],
  ['a path without a leading slash', 'health'],
  ['an absolute target', 'http://app.test/health'],
  ['an asterisk', '*'],
  ['another path', '/orders'],
  ['a longer literal', '/healthz'],
  ['a shorter literal', '/healt'],
  ['a path below a literal', '/health/x'],
  ['a trailing slash that the literal does not have', '/x/y/'],
  ['the root of a subtree', '/docs'],
  ['the root of a subtree with a slash', '/docs/'],
  ['a sibling of a subtree', '/docsx'],
  ['a path below a sibling of a subtree', '/docsx/a'],
  ['a subtree that is not at the root', '/x/docs/a'],
  ['another case', '/HEALTH'],
  ['another case of a subtree', '/Docs/a'],
  ['another case of a literal with a capital', '/case'],
  ['two leading slashes', '//health'],
  ['two leading slashes and a host', '//a/docs/b'],
  ['two slashes', '/docs//a'],
  ['two trailing slashes', '/health//'],
  ['three slashes', '///health'],
  ['a leading dot segment', '/./health'],
  ['a dot segment', '/docs/./a'],
  ['a trailing dot segment', '/docs/.'],
  ['two dots', '/docs/../orders'],
  ['two dots that lead back into the subtree', '/docs/../docs/a'],
  ['two trailing dots', '/docs/a/..'],
  ['two leading dots', '/../health'],
  ['two dots that lead to the literal', '/x/../health'],
  ['encoded dots', '/docs/%2e%2e/orders'],
  ['encoded dots in capitals', '/docs/%2E%2E/orders'],
  ['a dot and an encoded dot', '/docs/.%2e/orders'],
  ['an encoded dot that is not a dot segment', '/docs/a%2eb'],
  ['an encoded slash', '/docs%2fa'],
  ['an encoded slash in capitals', '/docs%2Fa'],
  ['an encoded slash in a subtree', '/docs/a%2f..%2f..%2forders'],
  ['a trailing encoded slash', '/health%2f'],
  ['an encoded backslash', '/docs/..%5corders'],
  ['an encoded backslash in capitals', '/docs/a%5Cb'],
  ['a backslash', '/docs/..\\orders'],
  ['a leading backslash', '\\health'],
  ['a backslash after the slash', '/\\health'],
  ['NUL, encoded', '/health%00'],
  ['NUL, encoded, in a subtree', '/docs/a%00.png'],
  ['NUL', '/health\0'],
  ['a newline, encoded', '/docs/a%0ab'],
  ['a newline', '/health\n'],
  ['a carriage return, encoded', '/health%0d'],
  ['DEL, encoded', '/docs/%7f'],
  ['a tab', '/he\talth'],
  ['a space', '/a b'],
  ['a trailing space', '/health '],
  ['a parameter', '/health;x=1'],
  ['a parameter in a subtree', '/docs/a;x=1'],
  ['a parameter after dots', '/docs/..;/orders'],
  ['a parameter of a segment', '/docs;x=1/a'],
  ['a parameter, encoded', '/docs/a%3bx=1'],
  ['a query', '/health?x'],
  ['a query, encoded', '/docs/a%3fx'],
  ['a fragment', '/health#x'],
  ['a fragment, encoded', '/docs/a%23x'],
  ['a letter that need not be encoded', '/%68ealth'],
  ['a letter that need not be encoded, in a subtree', '/docs/%61'],
  ['a digit that need not be encoded', '/10%30'],
  ['a tilde that need not be encoded', '/%7Euser/x'],
  ['a plus, encoded', '/a%2bb'],
  ['a plus instead of a space', '/a+b+c'],
  ['double encoding', '/docs/%2561'],
  ['double encoding of a slash', '/docs/a%252fb'],
  ['double encoding of dots', '/docs/%252e%252e/orders'],
  ['a percent sign', '/docs/100%'],
  ['an incomplete escape', '/docs/%4'],
  ['an invalid escape', '/docs/%zz'],
  ['an escape of IIS', '/docs/%u0061'],
  ['an escape with a sign', '/docs/%+1'],
  ['an escape with a space', '/docs/% 1'],
  ['bad UTF-8', '/docs/%ff'],
  ['an incomplete character', '/docs/%C3'],
  ['a lone continuation byte', '/docs/%80'],
  ['an overlong slash', '/docs/%c0%af'],
  ['an overlong dot', '/docs/%c0%ae%c0%ae/orders'],
  ['half of a surrogate pair, encoded', '/docs/%ed%a0%80'],
  ['a non-ASCII letter, not encoded', '/æøå'],
  ['a non-ASCII letter, not encoded, in a subtree', '/docs/é'],
  ['Latin-1', '/%e6%f8%e5'],
  ['another Unicode normalization', '/%C3%A6%C3%B8a%CC%8A'],
  ['a fullwidth slash', '/docs／a'],
  ['a fullwidth letter, encoded', '/%EF%BD%88ealth'],
  ['a quote', '/docs/a"b'],
  ['angle brackets', '/docs/<b>'],
  ['a caret', '/docs/a^b'],
  ['a bar', '/docs/a|b'],
  ['braces', '/docs/{a}'],
  ['brackets', '/[id]'],
  ['a backtick', '/docs/a`b'],
])('[21] is not public: %s', (_name, path) => {
  expect(isPublic(path)).toBe(false);
});

describe('any path', () => {
  const piece = fc.constantFrom(
    ...['health', 'docs', 'HEALTH', 'æøå', 'a b', 'x', 'y', '~user', 'id', 'orders', '100'],
    ...[
      '/',
      '/',
      '/',
      '//',
      '\\',
      '.',
      '..',
      './',
      '../',
      ';',
      ';x=1',
      '?',
      '#',
      '*',
      '+',
      '=',
      '@',
      ':',
      ',',
      '&',
      ' ',
      '\0',
      '\t',
    ],
    ...[
      '%',
      '%2',
      '%zz',
      '%00',
      '%0a',
      '%20',
      '%23',
      '%25',
      '%2e',
      '%2E',
      '%2f',
      '%2F',
      '%3b',
      '%3f',
      '%5c',
      '%5B',
      '%5D',
      '%61',
    ],
    ...[
      '%68',
      '%7e',
      '%7f',
      '%80',
      '%c0%af',
      '%C3%A6',
      '%C3%A6%C3%B8%C3%A5',
      '%E2%82%AC',
      '%ed%a0%80',
      '%ff',
      '%u0061',
      '%252e',
    ],
  );
  const anyPath = fc.oneof(
    fc.array(piece, { maxLength: 7 }).map((pieces) => `/${pieces.join('')}`),
    fc.array(piece, { maxLength: 5 }).map((pieces) => `/docs/${pieces.join('')}`),
    fc.string({ maxLength: 12 }).map((text) => `/docs/${text}`),
    fc.constantFrom('/health', '/docs/a', '/a b').chain((path) => {
      return fc
        .tuple(fc.nat(path.length), piece)
        .map(([at, inserted]) => path.slice(0, at) + inserted + path.slice(at));
    }),
  );

  test('[21] if it is public, every router sees the literal or a path in the subtree', () => {
    let publicOnes = 0;
    fc.assert(
      fc.property(anyPath, (raw) => {
        if (!isPublic(raw)) return;
        publicOnes++;
        const decoded = decodeURIComponent(raw);
        const isLiteral = publicPaths.includes(decoded);
        const isBelow = ['/docs/', '/~user/'].some((base) => decoded.startsWith(base) && decoded !== base);
        expect(isLiteral || isBelow).toBe(true);
        // Routers that normalize like URL get the same path.
        expect(new URL(raw, 'http://app.test').pathname).toBe(raw);
        expect(new URL(`http://app.test${raw}`).pathname).toBe(raw);
        // Nothing is left that a router could decode, strip or normalize.
        expect(decoded).not.toMatch(/%|\\|;|\?|#|\/\/|\/\.{1,2}(\/|$)/);
        expect(Array.from(decoded, (letter) => letter.charCodeAt(0)).every((code) => code >= 32 && code !== 127)).toBe(
          true,
        );
        expect(raw).not.toMatch(/%(2[ef]|5c|00|25|3b)/i);
        // Decoding before and after splitting into segments gives the same segments.
        expect(raw.split('/').map(decodeURIComponent)).toEqual(decoded.split('/'));
      }),
      { seed: 21, numRuns: 20_000 },
    );
    expect(publicOnes).toBeGreaterThan(500);
  });

  test('[21] readPath returns the decoded path, and the same path for every accepted encoding', () => {
    fc.assert(
      fc.property(anyPath, (raw) => {
        const reading = readPath(raw);
        if ('problem' in reading) return;
        expect(reading.path).toBe(decodeURIComponent(raw));
        expect(readPath(encodeURI(reading.path))).toEqual(reading);
      }),
      { seed: 22, numRuns: 5_000 },
    );
  });

  test('[21] readPath refuses every percent escape but those of characters that a path cannot hold', () => {
    const characters = Array.from({ length: 95 }, (_, n) => String.fromCharCode(32 + n));
    const pairs = characters.flatMap((a) => characters.map((b) => `${a}${b}`));
    const accepted = pairs.filter((pair) => 'path' in readPath(`/x%${pair}`)).map((pair) => pair.toLowerCase());
    const held = [...' "<>[]^`{|}'].map((character) => character.charCodeAt(0).toString(16));
    expect(new Set(accepted)).toEqual(new Set(held));
    for (const end of ['%', '%2', '%8', '%C', '%C3%8']) expect(readPath(`/x${end}`)).toHaveProperty('problem');
  });

  test('[21] readPath decodes every character beyond ASCII, and no path that does not begin with a slash', () => {
    for (const character of ['\u0080', 'À', 'ÿ', '€', '\u{10FFFF}'])
      expect(readPath(`/${encodeURIComponent(character)}`)).toEqual({ path: `/${character}` });
    for (const raw of [undefined, '', 'health', '*', '%2Fhealth', 'https://app.test/health'])
      expect(readPath(raw)).toHaveProperty('problem');
  });

  test('[21] a listed path is public in its standard encoding', () => {
    const segment = fc
      .string({
        unit: fc.constantFrom(...'abcXYZ019-_~!$&()+,=:@ æøå€[]^|"<>{}`'),
        minLength: 1,
        maxLength: 8,
      })
      .filter((text) => !/^(?::[a-z]{2}|\{[a-z])/i.test(text)); // Such a segment is a parameter of a router.
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 4 }), (segments) => {
        const path = `/${segments.join('/')}`;
        expect(compilePublicPaths([path])(encodeURI(path))).toBe(true);
        expect(compilePublicPaths([`${path}/*`])(encodeURI(`${path}/below`))).toBe(true);
        expect(compilePublicPaths([`${path}/*`])(encodeURI(path))).toBe(false);
        expect(compilePublicPaths([path])(encodeURI(`${path}/`))).toBe(false);
      }),
      { seed: 23, numRuns: 500 },
    );
  });

  test('[21] is read in linear time', () => {
    // The least time of several runs: what else the machine does only adds to it.
    const cost = (path: string) => {
      const times = Array.from({ length: 7 }, () => {
        const begun = performance.now();
        isPublic(path);
        return performance.now() - begun;
      });
      return Math.min(...times);
    };
    for (const unit of ['a', '/', '/a', '/.a', '%C3%A6', '%', '/..a', ';', ' ']) {
      const [small, large] = [10_000, 1_000_000].map((n) => cost(`/docs/${unit.repeat(n / unit.length)}`));
      // In square time it would be ten thousand.
      expect(large, unit).toBeLessThan(3_000 * Math.max(small ?? 0, 0.05));
    }
  });
});

describe('a list of public paths', () => {
  test('can be empty: then no path is public', () => {
    for (const path of ['/', '/health', '', undefined]) expect(compilePublicPaths([])(path)).toBe(false);
  });

  test.each([
    ['nothing', ''],
    ['no leading slash', 'health'],
    ['a URL', 'https://app.test/health'],
    ['only a star', '*'],
    ['two stars', '/docs/**'],
    ['a star as a segment', '/*/health'],
    ['a star in a segment', '/docs*'],
    ['a star before the end', '/docs/*.png'],
    ['two separate stars', '/*/*'],
    ['a pattern of Express', '/docs/(.*)?'],
    ['an escape', '/a%20b'],
    ['an escaped slash', '/a%2fb'],
    ['a percent sign', '/100%'],
    ['a query', '/health?x=1'],
    ['a fragment', '/health#x'],
    ['a parameter', '/health;x=1'],
    ['a backslash', '/docs\\a'],
    ['two slashes', '//health'],
    ['two trailing slashes', '/health//'],
    ['a subtree with two slashes', '/docs//*'],
    ['a subtree of slashes only', '//*'],
    ['a dot segment', '/./health'],
    ['two dots', '/docs/../health'],
    ['two trailing dots', '/docs/..'],
    ['a subtree below dots', '/docs/../*'],
    ['NUL', '/health\0'],
    ['a newline', '/health\n'],
    ['half of a surrogate pair', '/\uD800'],
    ['everything', '/*'],
  ])('[21] is refused if it contains %s', (_name, pattern) => {
    for (const list of [[pattern], ['/health', pattern]]) {
      expect(() => createVerifier({ issuer, publicPaths: list })).toThrow(
        expect.objectContaining({ name: 'ToriiConfigError', option: 'publicPaths' }),
      );
    }
  });

  test.each(['/health?x=1', 'health', '/docs*', '/100%', '/a%20b', '/*'])(
    '[21] is refused with a message that quotes %s',
    (pattern) => {
      expect(() => createVerifier({ issuer, publicPaths: ['/fine', pattern] })).toThrow(JSON.stringify(pattern));
    },
  );

  test('[21] is copied: later changes have no effect', async () => {
    const list = ['/health'];
    const { publicJwk } = await makeKey();
    const torii = createVerifier({ issuer, keys: { keys: [publicJwk] }, publicPaths: list });
    list.push('/orders');
    await expect(torii.authenticate({ url: '/orders', headers: {} })).rejects.toMatchObject({
      reason: 'token_missing',
    });
    expect(await torii.authenticate({ url: '/health', headers: {} })).toBeNull();
  });
});
