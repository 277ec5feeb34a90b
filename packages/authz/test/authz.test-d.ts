import { type Auth, type Check, createVerifier } from '@torii/core';
import { allow as allowInExpress } from '@torii/express';
import { allow as allowInKoa } from '@torii/koa';
import { Keyv } from 'keyv';
import { expectTypeOf, test } from 'vitest';
import { allOf, anyOf, createAuthz, not } from '../src/index.ts';

const permissions = { last_update: 1, permissions: { clerk: ['invoices:get'] } };
const authz = createAuthz({ permissions });

test('`checks` is accepted by a verifier, by the adapters and by conditions', () => {
  createVerifier({ issuer: 'https://acme.torii.so', checks: authz.checks });
  allowInExpress(...authz.checks);
  allowInKoa(...authz.checks, (auth) => authz.can(auth, 'invoices:post'));
  expectTypeOf(
    allOf(
      anyOf(...authz.checks),
      not(() => false),
    ),
  ).toEqualTypeOf<Check>();
  expectTypeOf(allOf<{ plan: string }>((auth) => auth.raw.plan === 'pro')).toEqualTypeOf<Check<{ plan: string }>>();
});

test('`permissions` is a document, a function or a Keyv store', () => {
  createAuthz({ permissions: () => permissions });
  createAuthz({ permissions: async () => JSON.stringify(permissions) });
  createAuthz({ permissions: { store: new Keyv() } });
  // @ts-expect-error not a document
  createAuthz({ permissions: { clerk: ['invoices:get'] } });
  // @ts-expect-error not a Keyv store
  createAuthz({ permissions: { store: new Map() } });
});

test('conditions with missing or invalid checks do not compile', () => {
  // @ts-expect-error no check
  allOf();
  // @ts-expect-error no check
  anyOf();
  // @ts-expect-error two checks
  not(...authz.checks, () => true);
  // @ts-expect-error not a function
  not(true);
});

test('the helpers accept any Auth', () => {
  expectTypeOf(authz.roles).parameter(0).toEqualTypeOf<Auth>();
  expectTypeOf(authz.can).returns.resolves.toEqualTypeOf<boolean>();
  expectTypeOf(authz.tenant).returns.toEqualTypeOf<string | null>();
});
