import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { viewOf } from '../src/adapter.ts';
import { authenticateRequest, createVerifier, type RequestParts } from '../src/index.ts';
import { bearerScheme, bearerToken } from '../src/request/bearer.ts';
import { createRequestFilter } from '../src/request-filter.ts';
import { makeKey, mint } from './mint.ts';
import { outcomeOf, outcomeOfCall } from './outcome.ts';

// Not the issuer of other tests: with `isolate: false`, their keys may still be known under its URL.
const issuer = 'https://known-tokens.torii.test';
const key = await makeKey();
const token = await mint(key, { iss: issuer });
const places = { header: 'authorization', scheme: bearerScheme, cookie: 'token', origins: [] };

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

const filter = createRequestFilter(
  { issuer, keys: { keys: [key.publicJwk] } },
  { cookie: 'token', origins: [], publicPaths: [], allowPreflight: false },
);
const verifier = createVerifier({ issuer, keys: { keys: [key.publicJwk] } });
vi.stubGlobal('fetch', async () => Response.json({ keys: [key.publicJwk] }));

const callers: Readonly<Record<string, (request: RequestParts) => Promise<string>>> = {
  'a verifier': (request) => outcomeOf(verifier.authenticate(request)),
  'a filter': async (request) => (await filter(viewOf(request))).denial?.body.error.reason ?? 'accepted',
  'one call with a new function': (request) => outcomeOf(authenticateRequest(request, { issuer, onEvent: () => {} })),
};

describe.each(Object.entries(callers))('%s', (_name, call) => {
  test.each([
    ['a second token', `Bearer ${token}, Bearer ${token}`, 'header_malformed'],
    ['another scheme', `Basic ${token}`, 'scheme_unsupported'],
    ['padding', `Bearer ${token}=`, 'token_malformed'],
    ['a line break', `Bearer ${token}\n`, 'header_malformed'],
    ['a no-break space', `Bearer\u00a0${token}`, 'header_malformed'],
    ['its last character cut off', `Bearer ${token.slice(0, -1)}`, 'token_malformed'],
  ])('[13] refuses a known token with %s', async (_name, authorization, reason) => {
    const outcome = (sent: string) => call({ headers: { authorization: sent } });
    expect(await outcome(authorization)).toBe(reason);
    expect(await outcome(`Bearer ${token}`)).toBe('accepted');
    expect(await outcome(authorization)).toBe(reason);
  });
});
