import { type Auth, type Check, createVerifier } from '@torii/core';
import { allow as allowInExpress } from '@torii/express';
import { allow as allowInKoa } from '@torii/koa';
import { Keyv } from 'keyv';
import { expectTypeOf, test } from 'vitest';
import { allOf, anyOf, createAuthz, not } from '../src/index.ts';

const permissions = { last_update: 1, permissions: { clerk: ['invoices:get'] } };
const authz = createAuthz({ permissions });

test('its checks go wherever checks go', () => {
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

test('a document comes from an object, a function or a Keyv', () => {
  createAuthz({ permissions: () => permissions });
  createAuthz({ permissions: async () => JSON.stringify(permissions) });
  createAuthz({ permissions: { store: new Keyv() } });
  // @ts-expect-error no document
  createAuthz({ permissions: { clerk: ['invoices:get'] } });
  // @ts-expect-error no store
  createAuthz({ permissions: { store: new Map() } });
});

test('what cannot be a condition does not compile', () => {
  // @ts-expect-error no check
  allOf();
  // @ts-expect-error no check
  anyOf();
  // @ts-expect-error two checks
  not(...authz.checks, () => true);
  // @ts-expect-error no function
  not(true);
});

test('helpers take any Auth', () => {
  expectTypeOf(authz.roles).parameter(0).toEqualTypeOf<Auth>();
  expectTypeOf(authz.can).returns.resolves.toEqualTypeOf<boolean>();
  expectTypeOf(authz.tenant).returns.toEqualTypeOf<string | null>();
});
