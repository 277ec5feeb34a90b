import fc from 'fast-check';
import { expect, test } from 'vitest';
import { viewOf } from '../src/adapter.ts';
import { createVerifier } from '../src/index.ts';
import { bearerToken } from '../src/request/bearer.ts';
import { issuer, makeKey, mint } from './mint.ts';
import { outcomeOf, outcomeOfCall } from './outcome.ts';

const key = await makeKey();
const token = await mint(key);
const places = { header: 'authorization', cookie: 'token', origins: [] };

const part = fc.constantFrom(
  'Bearer',
  'bearer',
  'Basic',
  ' ',
  '  ',
  '\t',
  ',',
  '=',
  '\n',
  '\u00a0',
  '.',
  'a',
  token,
  'a.b.c',
);
const anyHeader = fc.oneof(
  fc.array(part, { maxLength: 6 }).map((parts) => parts.join('')),
  fc
    .tuple(fc.constantFrom('Bearer ', 'BEARER \t '), fc.array(part, { maxLength: 3 }))
    .map(([scheme, parts]) => scheme + parts.join('')),
);

test('[13] a header is read in the same way if its token is known', () => {
  fc.assert(
    fc.property(anyHeader, (authorization) => {
      const view = viewOf({ method: 'GET', headers: { authorization, cookie: `token=${token}` } });
      const read = (isKnown?: (sent: string) => boolean) => {
        let found = '';
        const outcome = outcomeOfCall(() => {
          found = bearerToken(view, places, isKnown);
        });
        return [outcome, found];
      };
      expect(read((sent) => sent === token || sent === 'a.b.c')).toEqual(read());
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ['a second token', `Bearer ${token}, Bearer ${token}`, 'header_malformed'],
  ['another scheme', `Basic ${token}`, 'scheme_unsupported'],
  ['padding', `Bearer ${token}=`, 'token_malformed'],
  ['a line break', `Bearer ${token}\n`, 'header_malformed'],
  ['a no-break space', `Bearer\u00a0${token}`, 'header_malformed'],
  ['its last character cut off', `Bearer ${token.slice(0, -1)}`, 'token_malformed'],
])('[13] a known token with %s is refused', async (_name, authorization, reason) => {
  const torii = createVerifier({ issuer, keys: { keys: [key.publicJwk] } });
  for (const known of [false, true]) {
    if (known) await torii.verify(token);
    expect(await outcomeOf(torii.authenticate({ headers: { authorization } }))).toBe(reason);
  }
});
