import fc from 'fast-check';
import { type Change, claimChange, headerChange } from './members.ts';
import type { SignatureChange } from './signatures.ts';

/** A description of a token, as data that fast-check can print, shrink and replay. */
export type Recipe =
  /** A signed token with changed characters. */
  | { kind: 'edit'; of: number; edits: readonly { at: number; remove: number; insert: string }[] }
  /** Parts of several tokens, joined. */
  | { kind: 'parts'; parts: readonly { of: number; part: number }[]; joint: string }
  /** A token with another end of one part, where base64url can be ambiguous. */
  | { kind: 'ending'; of: number; part: number; cut: number; end: string }
  /** A token whose parts are not canonical base64url, signed in this form. */
  | { kind: 'spelling'; part: number; how: 'stray bits' | 'padding' | 'alphabet' | 'space'; value: number }
  /** A signed token with changed header and claims. */
  | { kind: 'members'; header: readonly Change[]; claims: readonly Change[]; isStranger: boolean }
  /** A signed token with text around its JSON. */
  | { kind: 'wrapped'; part: 'header' | 'claims'; before: string; after: string }
  /** A signed token with a byte that may not be UTF-8. */
  | { kind: 'byte'; byte: number }
  /** A valid token with a changed signature. */
  | { kind: 'signature'; of: number; change: SignatureChange };

const letters = [...'AQgwBCDxyz0189-_.=+/ \n\t\0éÿ😀{"'];
const letter = fc.constantFrom(...letters);
const of = fc.nat(5);

const editing = fc.record({
  kind: fc.constant('edit'),
  of,
  edits: fc.array(
    fc.record({
      at: fc.noBias(fc.nat(499)),
      remove: fc.constantFrom(0, 1, 1, 1, 2, 2, 4, 500),
      insert: fc.string({ unit: letter, minLength: 1, maxLength: 4 }),
    }),
    { minLength: 1, maxLength: 2 },
  ),
});
const mixing = fc.record({
  kind: fc.constant('parts'),
  parts: fc.array(fc.record({ of, part: fc.nat(3) }), { minLength: 1, maxLength: 5 }),
  joint: fc.oneof(
    { weight: 20, arbitrary: fc.constant('.') },
    { weight: 1, arbitrary: fc.constantFrom('..', ' .', '.\n', ',') },
  ),
});
const ending = fc.record({
  kind: fc.constant('ending'),
  of,
  part: fc.nat(2),
  cut: fc.nat(3),
  end: fc.string({ unit: letter, maxLength: 3 }),
});
const spelling = fc.record({
  kind: fc.constant('spelling'),
  part: fc.nat(2),
  how: fc.constantFrom('stray bits', 'padding', 'alphabet', 'space'),
  value: fc.nat(200),
});
const signing = fc.oneof(
  fc.record({
    kind: fc.constant('members'),
    header: fc.array(headerChange, { maxLength: 1 }),
    claims: fc.array(claimChange, { maxLength: 3 }),
    isStranger: fc.integer({ min: 0, max: 19 }).map((number) => number === 0),
  }),
  fc.record({
    kind: fc.constant('members'),
    header: fc.array(headerChange, { minLength: 1, maxLength: 3 }),
    claims: fc.constant([]),
    isStranger: fc.constant(false),
  }),
);
const around = [
  '',
  ' ',
  '\n',
  '\uFEFF',
  '\u00A0',
  '\0',
  ',',
  '[',
  ']',
  '{',
  '}',
  '//x\n',
  'null',
  '"',
  ' '.repeat(12_300),
];
const wrapping = fc.record({
  kind: fc.constant('wrapped'),
  part: fc.constantFrom('header', 'claims'),
  before: fc.constantFrom(...around),
  after: fc.constantFrom(...around),
});
const spoiling = fc.record({ kind: fc.constant('byte'), byte: fc.nat(255) });
const resigning = fc.record({
  kind: fc.constant('signature'),
  of,
  change: fc.record({
    how: fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom('flip', 'byte', 'byte') },
      { weight: 1, arbitrary: fc.constantFrom('der', 'twin', 'swap', 'r', 's', 'both', 'cut', 'pad') },
    ),
    at: fc.noBias(fc.nat(511)),
    value: fc.noBias(fc.nat(255)),
  }),
});

/** All recipes. Recipes with more variations have a higher weight. */
export const anyRecipe: fc.Arbitrary<Recipe> = fc.oneof(
  { weight: 50, arbitrary: editing },
  { weight: 34, arbitrary: signing },
  { weight: 10, arbitrary: resigning },
  { weight: 3, arbitrary: ending },
  { weight: 2, arbitrary: mixing },
  { weight: 2, arbitrary: spelling },
  { weight: 2, arbitrary: wrapping },
  { weight: 1, arbitrary: spoiling },
) as fc.Arbitrary<Recipe>;
