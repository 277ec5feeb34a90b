import { describe, expectTypeOf, test } from 'vitest';
import { type Auth, anyVerifier, createVerifier, type Verifier } from '../src/index.ts';
import { createJwtVerifier } from '../src/jwt/index.ts';

const torii = createVerifier<{ plan: string }>({ issuer: 'https://acme.torii.so' });
const other = createJwtVerifier<{ azp: string }>({ issuer: 'https://a.test', algorithms: ['RS256'], key: 'pem' });

describe('anyVerifier', () => {
  test('has the claims of each of its verifiers', async () => {
    const verifier = anyVerifier([torii, other]);
    expectTypeOf(verifier).toEqualTypeOf<Verifier<{ plan: string } | { azp: string }, never>>();
    expectTypeOf(await verifier.authenticate({ headers: {} })).toEqualTypeOf<
      Auth<{ plan: string } | { azp: string }>
    >();
  });

  test('gives null only with options that let requests through without a token', async () => {
    const open = anyVerifier([torii, other], { publicPaths: ['/health'] });
    expectTypeOf(await open.authenticate({ headers: {} })).toEqualTypeOf<Auth<
      { plan: string } | { azp: string }
    > | null>();
    const strict = anyVerifier([torii, other], { onEvent: () => {} });
    expectTypeOf(await strict.authenticate({ headers: {} })).not.toBeNullable();
  });

  test('takes a list that is not empty, and can be observed', () => {
    // @ts-expect-error An empty list.
    anyVerifier([]);
    // @ts-expect-error Checks belong to each verifier.
    anyVerifier([torii], { checks: [() => true] });
    createVerifier({ issuer: 'https://acme.torii.so', observe: anyVerifier([torii, other]) });
    anyVerifier([torii], { observe: other });
  });
});
