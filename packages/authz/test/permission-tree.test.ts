import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compilePolicy, findGrant } from '../src/policy/policy.ts';
import { RegexSet } from '../src/policy/regex-set.ts';
import { estimateSize } from '../src/policy/regex-size.ts';
import { cpuMs } from './cpu-time.ts';

/** A slow reference implementation that shares no code with the product. */
function referenceAllows(lines: readonly string[], resource: string, method: string): boolean {
  return lines.some((line) => {
    const [pattern = '', wanted = ''] = [line.slice(0, line.lastIndexOf(':')), line.slice(line.lastIndexOf(':') + 1)];
    const asked = method === 'HEAD' ? ['HEAD', 'GET'] : [method];
    const methodFits = wanted === '*' ? !['TRACE', 'CONNECT'].includes(method) : asked.includes(wanted.toUpperCase());
    const source = pattern.startsWith('%r{')
      ? pattern.slice(3, -1).trim()
      : pattern
          .split('/')
          .map((segment, i, all) => (segment === '*' ? (i === all.length - 1 && i > 0 ? '.+' : '[^/]+') : segment))
          .join('/');
    return methodFits && new RegExp(`^(?:${source})$`).test(resource);
  });
}

const segment = fc.constantFrom('a', 'b', 'c', 'admin', 'adminx', '17', 'sales');
const resource = fc.array(segment, { minLength: 1, maxLength: 5 }).map((segments) => segments.join('/'));
const method = fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'TRACE', 'CONNECT', 'PROPFIND');
const wanted = fc.constantFrom('get', 'head', 'post', 'PUT', '*', 'trace');
const glob = fc
  .array(fc.oneof(segment, fc.constant('*')), { minLength: 1, maxLength: 5 })
  .map((segments) => segments.join('/'));
const regex = fc
  .array(
    fc.constantFrom(
      'a',
      'b',
      'a/',
      'sales/',
      'admin/',
      '\\d+',
      '[^/]+',
      '.*',
      '(a|b)',
      '|',
      'c?',
      '/?',
      '(?:a/)*',
      '17',
      'x*',
      '/',
    ),
    { minLength: 1, maxLength: 5 },
  )
  .map((parts) => parts.join(''))
  .filter((source) => !/[*+?][*+?]/.test(source))
  .map((source) => `%r{ ${source} }`);
const line = fc
  .tuple(fc.oneof({ weight: 3, arbitrary: glob }, { weight: 1, arbitrary: regex }), wanted)
  .map((p) => p.join(':'));

test('[23] [24] compiled permissions decide like the reference implementation', () => {
  let grants = 0;
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), resource, method, (lines, path, by) => {
      const policy = compilePolicy({ permissions: { role: lines } });
      expect(policy.malformed).toEqual([]);
      const isGranted = findGrant(policy, ['role'], path, by) !== undefined;
      expect(isGranted).toBe(referenceAllows(lines, path, by));
      if (isGranted) grants++;
    }),
    { seed: 24, numRuns: 20_000 },
  );
  expect(grants).toBeGreaterThan(1_000);
});

test('[24] adding a permission never takes another one away', () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 5 }), line, resource, method, (lines, more, path, by) => {
      const allows = (list: readonly string[]) =>
        findGrant(compilePolicy({ permissions: { role: list } }), ['role'], path, by) !== undefined;
      if (allows(lines)) expect(allows([...lines, more])).toBe(true);
      expect(allows([])).toBe(false);
    }),
    { seed: 27, numRuns: 2_000 },
  );
});

function allows(permission: string, path: string, by = 'GET'): boolean {
  return findGrant(compilePolicy({ permissions: { role: [permission] } }), ['role'], path, by) !== undefined;
}

test.each([
  ['a literal', 'sales/invoices:get', 'sales/invoices'],
  ['a leading slash', '/sales/invoices:get', 'sales/invoices'],
  ['the root', '/:get', ''],
  ['a subtree', 'admin/*:get', 'admin/users'],
  ['a deep subtree', 'admin/*:get', 'admin/users/7/sessions'],
  ['everything below the root', '/*:get', 'a/b/c'],
  ['a star for a segment', 'users/*/orders:get', 'users/7/orders'],
  ['a leading star', '*/orders:get', 'users/orders'],
  ['a single star', '*:get', 'users'],
  ['two stars and a subtree', '*/*/*:get', 'a/b/c/d'],
  ['a colon in a literal', 'urn:x:get', 'urn:x'],
  ['letters beyond ASCII', 'salg/fakturaer-æøå:get', 'salg/fakturaer-æøå'],
  ['a space', 'a b:get', 'a b'],
  ['a regular expression', '%r{sales/invoices/\\d+}:get', 'sales/invoices/1'],
  ['white space around a regular expression', '%r{  sales/invoices/\\d+\t}:get', 'sales/invoices/1'],
  ['a regular expression with braces and a colon', '%r{a:\\d{2}}:get', 'a:17'],
  ['a regular expression with a top-level alternative', '%r{a/b|c/d}:get', 'c/d'],
  ['a regular expression with its own anchors', '%r{^sales/\\d+$}:get', 'sales/1'],
  ['a regular expression with an optional slash', '%r{a/?}:get', 'a'],
  ['a regular expression with a repeated slash', '%r{a/*b}:get', 'ab'],
  ['a regular expression with a counted slash', '%r{a/{0,1}b}:get', 'ab'],
  ['an uppercase method', 'a:GET', 'a'],
  ['a permission of 1,000 characters', `${'a'.repeat(996)}:get`, 'a'.repeat(996)],
])('[24] covers: %s', (_name, permission, path) => {
  expect(allows(permission, path)).toBe(true);
});

test.each([
  ['the root of a subtree', 'admin/*:get', 'admin'],
  ['a sibling of a subtree', 'admin/*:get', 'adminx'],
  ['a resource below a sibling', 'admin/*:get', 'adminx/a'],
  ['a subtree with another prefix', 'admin/*:get', 'x/admin/a'],
  ['a resource below a literal', 'sales/invoices:get', 'sales/invoices/1'],
  ['a resource above a literal', 'sales/invoices:get', 'sales'],
  ['another case', 'sales/invoices:get', 'Sales/invoices'],
  ['the root, by a star', '*:get', ''],
  ['the root, by everything below it', '/*:get', ''],
  ['two segments for one star', '*:get', 'a/b'],
  ['no segment for a star', 'users/*/orders:get', 'users/orders'],
  ['a star for half a segment', 'users/*/orders:get', 'users/7/ordersx'],
  ['text after a regular expression', '%r{sales/invoices/\\d+}:get', 'sales/invoices/1/x'],
  ['text before a regular expression', '%r{sales/invoices/\\d+}:get', 'admin/sales/invoices/1'],
  ['text before and after a regular expression', '%r{sales/invoices/\\d+}:get', 'admin/sales/invoices/1/x'],
  ['text after the first alternative', '%r{a|b}:get', 'ax'],
  ['text before the last alternative', '%r{a|b}:get', 'xb'],
  ['a line break after a regular expression', '%r{a$}:get', 'a\n'],
  ['one line of a multi-line text', '%r{(?m)^a$}:get', 'x\na'],
  ['another letter for the dot of a literal', 'a.b:get', 'axb'],
])('[23] [24] does not cover: %s', (_name, permission, path) => {
  expect(allows(permission, path)).toBe(false);
});

describe('[24] methods', () => {
  test.each([
    ['get', 'HEAD', true],
    ['head', 'HEAD', true],
    ['head', 'GET', false],
    ['*', 'HEAD', true],
    ['*', 'PROPFIND', true],
    ['*', 'OPTIONS', true],
    ['*', 'CONNECT', false],
    ['*', 'TRACE', false],
    ['trace', 'TRACE', true],
    ['get', 'POST', false],
    ['get', 'GETX', false],
    ['get', 'get', false],
    ['post', 'HEAD', false],
  ])('%s covers %s: %s', (permitted, by, expected) => {
    expect(allows(`a:${permitted}`, 'a', by)).toBe(expected);
  });
});

test.each<[string, unknown]>([
  ['no method', 'sales/invoices'],
  ['no colon', 'get'],
  ['an empty method', 'sales/invoices:'],
  ['a method with a space', 'sales/invoices: get'],
  ['several methods', 'a:get,post'],
  ['no resource', ':get'],
  ['a star in a segment', 'inv*:get'],
  ['two adjacent stars', 'admin/**:get'],
  ['a trailing slash', 'admin/:get'],
  ['two slashes', 'a//b:get'],
  ['two leading slashes', '//a:get'],
  ['a dot segment', 'a/../b:get'],
  ['an escape', 'a%20b:get'],
  ['a query', 'a?x=1:get'],
  ['a fragment', 'a#b:get'],
  ['a backslash', 'a\\b:get'],
  ['a parameter', 'a;x:get'],
  ['a control character', 'a\u0000:get'],
  ['half of a surrogate pair', 'a\uD800:get'],
  ['a regular expression without a closing brace', '%r{a:get'],
  ['text after a regular expression', '%r{a}b:get'],
  ['an empty regular expression', '%r{}:get'],
  ['a regular expression of white space', '%r{  }:get'],
  ['an invalid regular expression', '%r{[}:get'],
  ['a lookahead', '%r{(?=a)b}:get'],
  ['a lookbehind', '%r{(?<!a)b}:get'],
  ['a back-reference', '%r{(a)\\1}:get'],
  ['a regular expression with too many repetitions', '%r{(a{1000}){1000}}:get'],
  ['more than 1,000 characters', `${'a'.repeat(997)}:get`],
  ['a number', 17],
  ['null', null],
  ['a list', ['a:get']],
  ['an object', { toString: () => 'a:get' }],
])('[23] a malformed permission is listed and disables only itself: %s', (_name, entry) => {
  const policy = compilePolicy({ permissions: { role: ['before:get', entry, 'after:get'] } });
  expect(policy.malformed).toEqual([
    { role: 'role', entry: typeof entry === 'string' ? entry : undefined, problem: expect.any(String) },
  ]);
  expect(policy.size).toBe(2);
  for (const path of ['before', 'after']) expect(findGrant(policy, ['role'], path, 'GET')).toBeDefined();
  for (const path of ['a', 'b', 'ab', 'inv', 'admin', 'sales/invoices', '']) {
    expect(findGrant(policy, ['role'], path, 'GET')).toBeUndefined();
  }
});

describe('[23] a regular expression', () => {
  // Measures RegexSet directly: PermissionTree does not match resources of this length.
  const cost = (source: string, input: string): number => {
    const times = Array.from({ length: 5 }, () => {
      const set = new RegexSet();
      set.add({ text: source, method: '*', resource: { kind: 'regex', source } }, source, 0);
      set.compile();
      const begun = cpuMs();
      set.find(input, 'GET');
      return cpuMs() - begun;
    });
    return Math.min(...times);
  };

  test.each(['(a+)+$', '(a|aa)+', '(.*a){20}', '(a*)*b', '(a|b|ab)*c', '(?:a?){50}a{50}', '(.*)*x'])(
    'takes linear time: %s',
    (source) => {
      const [small, large] = [4_000, 40_000].map((n) => cost(source, `${'a'.repeat(n)}!`));
      // Ten times the input takes at most twelve times as long. In quadratic time, it would take a hundred times as long.
      expect(large).toBeLessThan(12 * Math.max(small ?? 0, 4));
    },
  );
});

describe('[23] [18] regular expressions that would cost too much', () => {
  const large = (letters: string) => `%r{(?:${letters.repeat(400)}){990}}:get`;
  const problemsOf = (...lines: readonly string[]) =>
    compilePolicy({ permissions: { role: ['x:get', ...lines] } }).malformed.map(({ entry, problem }) => [
      entry,
      problem,
    ]);

  test.each([
    large('ab'),
    '%r{(?:a{1000}){1000}}:get',
    '%r{(?:(?:ab){40}c){40}}:get',
    '%r{(?:ab){900}\\E{9}}:get',
    `%r{(?:${'.?'.repeat(250)}){1000}z}:get`,
  ])('disable only themselves: %#', (line) => {
    expect(problemsOf(line, 'a:get', '%r{b}:get')).toEqual([[line, expect.any(String)]]);
  });

  test('disable themselves once the limit of the role or the document is reached', () => {
    const lines = Array.from({ length: 5_000 }, (_, n) => `%r{.*x${n}y}:get`);
    const policy = compilePolicy({ permissions: { clerk: [...lines, 'x:get'], other: lines.slice(0, 100) } });
    expect(policy.malformed.length).toBeGreaterThan(4_000);
    expect(policy.size).toBeGreaterThan(100);
    expect(findGrant(policy, ['clerk'], 'ax1y', 'GET')).toBeDefined();
    expect(findGrant(policy, ['clerk'], 'x', 'GET')).toBeDefined();
    expect(findGrant(policy, ['other'], 'ax50y', 'GET')).toBeDefined();

    const roles = Array.from({ length: 5_000 }, (_, n) => [`r${n}`, [`%r{(?:abcdefghij){20}${n}}:get`, 'x:get']]);
    const whole = compilePolicy({ permissions: Object.fromEntries(roles) });
    expect(whole.malformed.length).toBeGreaterThan(4_000);
    expect(findGrant(whole, ['r4999'], 'x', 'GET')).toBeDefined();
    expect(findGrant(whole, ['r0'], `${'abcdefghij'.repeat(20)}0`, 'GET')).toBeDefined();
  });

  // Without a limit, each of these takes seconds to compile, in a document of a few kilobytes.
  test.each([
    ['a wide range that ignores case', '(?i)[ -\\x{1e900}]', 1, 49],
    ['the same range, with the flag in a group', '(?s-i)(?i:[a-\u{1e900}])', 1, 49],
    ['many wide ranges in one expression', `(?i)${'[ -\\x{1e900}]'.repeat(45)}`, 1, 0],
    ['many Unicode classes', '\\pL'.repeat(50), 1, 12],
    ['as many Unicode classes as fit in one permission', '[^\\PL]'.repeat(140), 1, 0],
    ['a repeated Unicode class', '\\p{L}{900}', 1, 34],
  ])('are limited to a few for each document: %s', (_what, source, least, most) => {
    const lines = Array.from({ length: 1_000 }, () => `%r{${source}}:get`);
    const { size } = compilePolicy({ permissions: { role: [...lines, 'x:get'] } });
    expect(size - 1).toBeLessThanOrEqual(most);
    expect(size).toBeGreaterThanOrEqual(Math.min(least, most));
  });

  test('accept common expressions', () => {
    const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
    for (const source of [
      'x{900}',
      uuid,
      '\\p{L}{2,30}/\\p{L}{2,30}',
      '(?:\\d{1,3}\\.){3}\\d{1,3}',
      '\\{9\\}{2}',
      '(?i)[a-z0-9-]+/\\w{3}',
    ]) {
      expect(estimateSize(source)).toBeLessThan(1_000);
      expect(problemsOf(`%r{${source}}:get`)).toEqual([]);
    }
  });

  test('are not matched against resources over 1,024 characters; other permissions are', () => {
    const policy = compilePolicy({ permissions: { role: ['%r{a.*}:get', 'b/*:get'] } });
    expect(findGrant(policy, ['role'], 'a'.repeat(1_024), 'GET')).toBeDefined();
    expect(findGrant(policy, ['role'], 'a'.repeat(1_025), 'GET')).toBeUndefined();
    expect(findGrant(policy, ['role'], `b/${'a'.repeat(5_000)}`, 'GET')).toBeDefined();
  });
});
