import fc from 'fast-check';
import { expect, test } from 'vitest';
import { viewOf } from '../src/adapter.ts';
import type { RequestLike } from '../src/index.ts';

type Pair = readonly [string, string | readonly string[]];

const names = ['a', 'A', 'b', 'aa'];
const value = fc.oneof(fc.constantFrom('1', '2', ''), fc.array(fc.constantFrom('1', '2'), { maxLength: 2 }));
const pairs: fc.Arbitrary<Pair[]> = fc.array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 4 });
const shapes: readonly ((sent: readonly Pair[]) => object)[] = [
  (sent) => Object.fromEntries(sent),
  (sent) => Object.assign(Object.create(null), Object.fromEntries(sent)),
  (sent) => new Map(sent),
  (sent) => new Map(sent).entries(),
  (sent) => sent,
];
const holders: readonly ((node: object) => object)[] = [
  (node) => node,
  (req) => ({ req }),
  (raw) => ({ raw }),
  (req) => ({ raw: { req } }),
  (req) => ({ node: { req } }),
  (req) => ({ runtime: { node: { req } } }),
  (req) => ({ req: null, raw: 'x', node: { req } }),
];

const listOf = (found: readonly Pair[], name: string): readonly string[] =>
  found.filter(([each]) => each.toLowerCase() === name).flatMap(([, values]) => values);

test('[13] every value of a header is found, whatever the headers are and wherever Node’s request is', () => {
  fc.assert(
    fc.property(
      pairs,
      pairs,
      fc.option(pairs, { nil: undefined }),
      fc.constantFrom(...shapes),
      fc.constantFrom(...holders),
      (sent, raw, distinct, shape, hold) => {
        const node = { rawHeaders: raw.flat(), ...(distinct && { headersDistinct: Object.fromEntries(distinct) }) };
        const view = viewOf({ headers: shape(sent), ...hold(node) } as RequestLike);
        const unique = Array.isArray(shape(sent)) ? sent : Object.entries(Object.fromEntries(sent));
        const shown = listOf(unique, 'a');
        const inRaw = listOf(raw, 'a');
        const inDistinct = listOf(Object.entries(Object.fromEntries(distinct ?? [])), 'a');
        const longer = inDistinct.length > inRaw.length ? inDistinct : inRaw;
        expect(view.headerValues('A')).toEqual(shown.length === 1 && longer.length > 1 ? longer : shown);
      },
    ),
    { numRuns: 3_000 },
  );
});
