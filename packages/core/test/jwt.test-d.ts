import { expectTypeOf, test } from 'vitest';
import type { Auth, Claims, Verifier } from '../src/index.ts';
import { createJwtVerifier } from '../src/jwt/index.ts';

const secret: string | undefined = process.env['JWT_SECRET'];

test('createJwtVerifier returns a Verifier', () => {
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
  // @ts-expect-error an empty list
  createJwtVerifier({ secret, algorithms: [] });
  // @ts-expect-error `none` is not supported
  createJwtVerifier({ secret, algorithms: ['none'] });
});

test('fields that a token of another issuer can lack can be null', () => {
  expectTypeOf<Auth['environmentId']>().toEqualTypeOf<string | null>();
  expectTypeOf<Auth['issuer']>().toEqualTypeOf<string | null>();
  expectTypeOf<Auth['issuedAt']>().toEqualTypeOf<number | null>();
  expectTypeOf<Auth['userId']>().toEqualTypeOf<string>();
  expectTypeOf<Auth['expiresAt']>().toEqualTypeOf<number>();
});
