import type { Auth } from '@torii/core';
import { expectTypeOf, test } from 'vitest';
import {
  createRotation,
  createStreamSigner,
  type KeyStore,
  type Publication,
  publishPublicKey,
  type RotationStep,
  readStreamEnvironment,
  type StreamToken,
  verifyStreamToken,
} from '../src/index.ts';
import { connectStore } from '../src/nats/index.ts';

const signer = createStreamSigner({ privateKey: process.env['TURBOCABLE_JWT_PRIVATE_KEY'] });
declare const auth: Auth;
declare const kv: KeyStore;

test('a token requires a subject, streams and a lifetime', () => {
  const grant = { allowedStreams: ['chat_*'], ttlSeconds: 300 } as const;
  expectTypeOf(signer.issue({ subject: 'ada', ...grant })).resolves.toEqualTypeOf<StreamToken>();
  expectTypeOf(signer.issueFor(auth, { ...grant, claims: { room: 7 } })).resolves.toEqualTypeOf<StreamToken>();
  // @ts-expect-error: no subject
  signer.issue(grant);
  // @ts-expect-error: no lifetime, and there is no default
  signer.issue({ subject: 'ada', allowedStreams: ['*'] });
  // @ts-expect-error: `allowedStreams` must be a list
  signer.issue({ subject: 'ada', allowedStreams: '*', ttlSeconds: 300 });
  // @ts-expect-error: the subject is the authenticated user
  signer.issueFor(auth, { ...grant, subject: 'root' });
  // @ts-expect-error: only a verifier can create an Auth
  signer.issueFor({ userId: 'root' }, grant);
});

test('options accept the values of readStreamEnvironment', () => {
  const { privateKey, issuer, publicKey, slot } = readStreamEnvironment();
  createStreamSigner({ privateKey, issuer });
  expectTypeOf(publishPublicKey(kv, publicKey, slot)).resolves.toEqualTypeOf<Publication>();
  // @ts-expect-error: `privateKey` is missing
  createStreamSigner({});
  // @ts-expect-error: unknown option
  createStreamSigner({ privateKey, kid: 'mine' });
});

test('a security option cannot be undefined', () => {
  const issuer = process.env['TURBOCABLE_JWT_ISSUER'];
  // @ts-expect-error: `undefined` would disable the check of the issuer
  verifyStreamToken('', { publicKey: signer.publicKey, issuer });
  // @ts-expect-error: neither 'refuse' nor 'audit'
  createStreamSigner({ privateKey: 'PEM', impersonation: undefined });
});

test('a store is any object with two methods', () => {
  expectTypeOf<Awaited<ReturnType<typeof connectStore>>>().toExtend<KeyStore>();
  publishPublicKey({ read: async () => null, write: async () => 1 }, signer.publicKey);
  // @ts-expect-error: `put` would not notice a concurrent write
  publishPublicKey({ put: async () => 1 }, signer.publicKey);
});

test('a rotation requires both keys and the gateway', () => {
  const rotation = createRotation({ kv, from: signer.publicKey, to: 'PEM', gatewayUrl: process.env['GATEWAY_URL'] });
  expectTypeOf<Awaited<ReturnType<typeof rotation.plan>>['step']>().toEqualTypeOf<RotationStep>();
  // @ts-expect-error: `gatewayUrl` is missing
  createRotation({ kv, from: 'PEM', to: 'PEM' });
});

test('a login is one of four kinds', () => {
  connectStore({ servers: process.env['NATS_URL'], login: { user: 'a', password: process.env['NATS_PASSWORD'] } });
  // @ts-expect-error: a user without a password
  connectStore({ servers: 'nats://127.0.0.1:4222', login: { user: 'a' } });
});
