// What one decision may cost, counted in instructions of RE2 times characters, and in visited places. The benchmark
// `authz` measures the same in milliseconds.
import fc from 'fast-check';
import { RE2Set } from 're2js';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { MatchBudget } from '../src/policy/match-budget.ts';
import { compilePolicy, findGrant, type Policy } from '../src/policy/policy.ts';

const mostWork = 288_000;
const mostSteps = 1_000;
const certainLength = 256;

const atom = fc.constantFrom(
  'a',
  '.',
  '[ab]',
  '\\w',
  '\\d',
  '\\pL',
  '[^\\pN]',
  '(?i:k)',
  '\\b',
  '^',
  'a|b',
  'ab*',
  '/',
);
const repetition = fc.constantFrom('', '?', '*', '+', '{3}', '{1,30}', '{0,40}', '{20,}', '{100}', '??');
/** Nested counted repetitions, alternations and classes, up to thousands of instructions. */
const source = fc.letrec((tie) => ({
  all: fc.oneof({ weight: 2, arbitrary: tie('repeated') }, { weight: 1, arbitrary: tie('joined') }),
  repeated: fc
    .tuple(fc.oneof({ depthSize: 'medium' }, atom, tie('all')), repetition)
    .map(([inner, times]) => `(?:${inner})${times}`),
  joined: fc
    .tuple(tie('repeated'), fc.constantFrom('', '|'), tie('repeated'))
    .map(([left, between, right]) => `${left}${between}${right}`),
})).all as fc.Arbitrary<string>;
const prefix = fc.constantFrom('', '', '', 'sales/', 'sales/a/', 'sales/a/b/');
const line = fc.tuple(prefix, source).map(([begin, rest]) => `%r{${begin}${rest}}:get`);
const document = fc.dictionary(fc.stringMatching(/^r\d{1,2}$/), fc.array(line, { maxLength: 30 }), { maxKeys: 12 });
const path = fc
  .tuple(
    fc.constantFrom('', 'sales/', 'sales/a/', 'sales/a/b/'),
    fc.constantFrom('a', 'ab', 'k0', 'é', 'a/'),
    fc.nat(1_100),
  )
  .map(([begin, unit, length]) => `${begin}${unit.repeat(length)}`.slice(0, length));

let [work, newStates] = [0, 0];
beforeEach(() => {
  const match = RE2Set.prototype.match;
  vi.spyOn(RE2Set.prototype, 'match').mockImplementation(function (this: RE2Set, input) {
    work += this.prog.numInst() * input.length;
    const before = this.dfa.stateCount;
    const matches = match.call(this, input);
    newStates = Math.max(newStates, this.dfa.stateCount - before);
    return matches;
  });
});
afterEach(() => vi.restoreAllMocks());

function workOf(policy: Policy, roles: readonly string[], resource: string): number {
  work = 0;
  findGrant(policy, roles, resource, 'GET');
  return work;
}

test('[23] a decision never costs more than 288,000 instructions times characters, whatever the document and the path', () => {
  let [most, refused] = [0, 0];
  fc.assert(
    fc.property(document, path, (permissions, resource) => {
      const policy = compilePolicy({ permissions });
      const cost = workOf(policy, Object.keys(permissions), resource);
      expect(cost).toBeLessThanOrEqual(mostWork);
      most = Math.max(most, cost);
      refused += policy.malformed.length;
    }),
    { seed: 23, numRuns: 400 },
  );
  // The documents reach the limits.
  expect(most).toBeGreaterThan(mostWork / 2);
  expect(refused).toBeGreaterThan(100);
});

test('[24] all expressions of one role are tried on every path of up to 256 characters', () => {
  let reached = 0;
  fc.assert(
    fc.property(fc.array(line, { maxLength: 60 }), path, (lines, resource) => {
      const policy = compilePolicy({ permissions: { role: lines } });
      const budget = new MatchBudget();
      findGrant(policy, ['role'], resource.slice(0, certainLength), 'GET', budget);
      expect(budget.isSpent).toBe(false);
      reached = Math.max(reached, policy.size);
    }),
    { seed: 24, numRuns: 300 },
  );
  expect(reached).toBeGreaterThan(5);
});

test('[24] decides the same if a decision may not add automaton states', () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), fc.array(path, { maxLength: 4 }), (lines, paths) => {
      const policy = compilePolicy({ permissions: { role: lines } });
      for (const resource of paths) {
        const spent = new MatchBudget();
        spent.noteNewStates(Number.POSITIVE_INFINITY);
        const slowly = findGrant(policy, ['role'], resource, 'GET', spent)?.permission.text;
        expect(findGrant(policy, ['role'], resource, 'GET')?.permission.text).toBe(slowly);
      }
    }),
    { seed: 25, numRuns: 300 },
  );
});

test('[23] [24] adds few automaton states per decision, and decides the same when their memory is full', () => {
  const policy = compilePolicy({ permissions: { role: ['%r{.*[a-m].{40}}:get'] } });
  const expected = /^.*[a-m].{40}$/;
  let seed = 1;
  newStates = 0;
  for (let n = 0; n < 500; n++) {
    const letters = Array.from({ length: 300 }, () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return String.fromCharCode(97 + ((seed >> 16) % 26));
    }).join('');
    expect(findGrant(policy, ['role'], letters, 'GET') !== undefined).toBe(expected.test(letters));
  }
  expect(newStates).toBeGreaterThan(10);
  expect(newStates).toBeLessThan(110);
});

describe('[23] an expression beyond the limit of its role', () => {
  const problemOf = (...lines: readonly string[]) =>
    compilePolicy({ permissions: { role: lines } }).malformed.map(({ entry, problem }) => `${entry} ${problem}`);

  test('is refused with its size and what to write instead', () => {
    expect(problemOf('%r{(?:a{1,30}){1,30}}:get', 'a:get')).toEqual([
      '%r{(?:a{1,30}){1,30}}:get the regular expression has 1817 steps. The limit of a role is 1000. Repeat less: write a+ instead of a{1,100}',
    ]);
  });

  test('is refused if the expressions before it are tried on the same path', () => {
    const lines = Array.from({ length: 70 }, (_, n) => `%r{\\w+/thing${n + 10}/\\d+}:get`);
    const [first, ...rest] = problemOf(...lines);
    expect(first).toBe(
      '%r{\\w+/thing75/\\d+}:get with this regular expression (15 steps), one path would be tried with 1006 steps. The limit of a role is 1000. Begin expressions with literal segments, as in sales/\\d+, so that they are tried only there, or write users/*/orders instead of an expression',
    );
    expect(rest).toHaveLength(4);
  });

  test('is accepted if no path is tried with all of them', () => {
    const lines = Array.from({ length: 2_000 }, (_, n) => `%r{thing${n}/\\d+}:get`);
    expect(problemOf(...lines, '%r{all\\w+}:get', '%r{any\\w+}:get')).toEqual([]);
  });

  test('counts an expression once that several methods share', () => {
    const lines = Array.from({ length: 60 }, (_, n) => `%r{\\w+/thing${n + 10}/\\d+}`);
    expect(
      problemOf(...['get', 'put', 'post', 'delete'].flatMap((by) => lines.map((text) => `${text}:${by}`))),
    ).toEqual([]);
  });

  test.each([
    ['above it', ['%r{sales/x{450}}:get', '%r{sales/a/x{450}}:get', '%r{sales/a/b/x{200}}:get']],
    ['below it', ['%r{sales/a/b/x{200}}:get', '%r{sales/a/x{450}}:get', '%r{sales/x{450}}:get']],
    ['above and below it', ['%r{sales/a/b/x{200}}:get', '%r{sales/x{450}}:get', '%r{sales/a/x{450}}:get']],
  ])('counts the expressions of the places %s', (_where, lines) => {
    expect(problemOf(...lines, '%r{other/x{900}}:get', '%r{sales/c/x{400}}:get')).toHaveLength(1);
  });
});

test('[23] all roles of a caller share the limit of a decision', () => {
  const names = Array.from({ length: 10 }, (_, n) => `r${n}`);
  const permissions = Object.fromEntries(
    names.map((name) => [name, [`%r{[ab]*x{300}}:get`, `%r{b+${name}}:get`, `${name}:get`]]),
  );
  const policy = compilePolicy({ permissions });
  expect(policy.malformed).toEqual([]);
  expect(findGrant(policy, names, 'bbbr9', 'GET')).toMatchObject({ role: 'r9' });
  const long = `${'b'.repeat(240)}r9`;
  const budget = new MatchBudget();
  expect(findGrant(policy, names, long, 'GET', budget)).toBeUndefined();
  expect(budget.isSpent).toBe(true);
  expect(findGrant(policy, ['r9'], long, 'GET')).toMatchObject({ role: 'r9' });
  expect(findGrant(policy, names, 'r9', 'GET')).toMatchObject({ role: 'r9' });
  expect(mostSteps * (certainLength + 32)).toBe(mostWork);
});

describe('[23] stars', () => {
  const combinations = (depth: number) =>
    Array.from({ length: 2 ** depth }, (_, n) =>
      Array.from({ length: depth }, (_, bit) => ((n >> bit) & 1 ? '*' : 'a')).join('/'),
    ).map((stars) => `${stars}/end:get`);

  test('that lead one path to too many places are refused, with what to write instead', () => {
    const { malformed, size } = compilePolicy({ permissions: { role: ['x:get', ...combinations(12), 'y:get'] } });
    expect(malformed[0]?.problem).toMatch(
      /^the stars of this role match one path in up to 400\d ways\. The limit is 4000\. Use fewer stars: write /,
    );
    expect(malformed.length).toBeGreaterThan(1_000);
    expect(size).toBeGreaterThan(500);
  });

  test('that are spread over many places are accepted', () => {
    const lines = Array.from({ length: 20_000 }, (_, n) => `area${n % 97}/*/thing${n}/*/x:get`);
    const policy = compilePolicy({ permissions: { role: lines } });
    expect(policy.malformed).toEqual([]);
    expect(findGrant(policy, ['role'], 'area2/q/thing99/q/x', 'GET')).toBeDefined();
  });

  test('lead the roles of a caller to at most 4,000 places', () => {
    const names = Array.from({ length: 100 }, (_, n) => `r${n}`);
    const permissions = Object.fromEntries(
      names.map((name) => [name, [`${'*/'.repeat(90)}${name}:get`, `${name}:get`]]),
    );
    const policy = compilePolicy({ permissions });
    const path = (name: string) => `${'a/'.repeat(90)}${name}`;
    expect(findGrant(policy, names, path('r9'), 'GET')).toMatchObject({ role: 'r9' });
    expect(findGrant(policy, names, path('r99'), 'GET')).toBeUndefined();
    expect(findGrant(policy, ['r99'], path('r99'), 'GET')).toMatchObject({ role: 'r99' });
    expect(findGrant(policy, names, 'r99', 'GET')).toMatchObject({ role: 'r99' });
  });

  test('are counted as an upper bound of the places that any path leads to', () => {
    const segment = fc.constantFrom('a', 'b', '*');
    const glob = fc.array(segment, { minLength: 1, maxLength: 6 }).map((segments) => `${segments.join('/')}:get`);
    const asked = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 7 });
    fc.assert(
      fc.property(fc.array(glob, { maxLength: 60 }), asked, (lines, segments) => {
        const tree = compilePolicy({ permissions: { role: lines } }).roles.get('role');
        const visited = vi.spyOn(MatchBudget.prototype, 'takePlaces');
        tree?.find(segments.join('/'), segments, 'PUT');
        const count = visited.mock.calls.reduce((sum, [places]) => sum + places, 0);
        visited.mockRestore();
        expect(count).toBeLessThanOrEqual(tree?.places ?? 0);
        expect(tree?.places).toBe(placesIn(lines));
      }),
      { seed: 26, numRuns: 1_000 },
    );
  });
});

/** The same bound, computed from all lines at once. */
function placesIn(lines: readonly string[]): number {
  const count = (rests: readonly (readonly string[])[]): number => {
    const next = new Map<string, (readonly string[])[]>();
    for (const [first, ...rest] of rests) {
      if (first !== undefined) next.set(first, [...(next.get(first) ?? []), rest]);
    }
    const named = [...next].filter(([first]) => first !== '*').map(([, after]) => count(after));
    return 1 + countIfAny(next.get('*')) + Math.max(0, ...named);
  };
  const countIfAny = (rests: readonly (readonly string[])[] | undefined): number =>
    rests === undefined ? 0 : count(rests);
  return count(
    lines.map((text) => {
      const segments = text.slice(0, text.lastIndexOf(':')).split('/');
      return segments.length > 1 && segments.at(-1) === '*' ? segments.slice(0, -1) : segments;
    }),
  );
}
