import { expectTypeOf, test } from 'vitest';
import type { Auth, Claims, Verifier } from '../src/index.ts';
import { createJwtVerifier } from '../src/jwt/index.ts';

const secret: string | undefined = process.env['JWT_SECRET'];

test('a verifier of other tokens is a verifier', () => {
  const verifier = createJwtVerifier<{ plan: string }>({ secret, algorithms: ['HS256'] });
  expectTypeOf(verifier).toEqualTypeOf<Verifier<{ plan: string }, never>>();
  expectTypeOf(verifier.verify('a.b.c')).resolves.toEqualTypeOf<Auth<{ plan: string }>>();
  expectTypeOf(createJwtVerifier({ secret, algorithms: ['HS256'], publicPaths: ['/health'] })).toEqualTypeOf<
    Verifier<Claims, null>
  >();
});

test('algorithms are required, known, and at least one', () => {
  // @ts-expect-error no algorithms
  createJwtVerifier({ secret });
  // @ts-expect-error none at all
  createJwtVerifier({ secret, algorithms: [] });
  // @ts-expect-error no signature
  createJwtVerifier({ secret, algorithms: ['none'] });
});

test('what a foreign token need not have may be null', () => {
  expectTypeOf<Auth['environmentId']>().toEqualTypeOf<string | null>();
  expectTypeOf<Auth['issuer']>().toEqualTypeOf<string | null>();
  expectTypeOf<Auth['issuedAt']>().toEqualTypeOf<number | null>();
  expectTypeOf<Auth['userId']>().toEqualTypeOf<string>();
  expectTypeOf<Auth['expiresAt']>().toEqualTypeOf<number>();
});
