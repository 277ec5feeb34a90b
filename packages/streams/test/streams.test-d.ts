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

test('a token wants a subject, streams and a lifetime', () => {
  const grant = { allowedStreams: ['chat_*'], ttlSeconds: 300 } as const;
  expectTypeOf(signer.issue({ subject: 'ada', ...grant })).resolves.toEqualTypeOf<StreamToken>();
  expectTypeOf(signer.issueFor(auth, { ...grant, claims: { room: 7 } })).resolves.toEqualTypeOf<StreamToken>();
  // @ts-expect-error: no subject
  signer.issue(grant);
  // @ts-expect-error: no lifetime, and none is guessed
  signer.issue({ subject: 'ada', allowedStreams: ['*'] });
  // @ts-expect-error: one stream is a list of one
  signer.issue({ subject: 'ada', allowedStreams: '*', ttlSeconds: 300 });
  // @ts-expect-error: the subject is who was authenticated
  signer.issueFor(auth, { ...grant, subject: 'root' });
  // @ts-expect-error: only a verifier makes an Auth
  signer.issueFor({ userId: 'root' }, grant);
});

test('options come as the environment has them', () => {
  const { privateKey, issuer, publicKey, slot } = readStreamEnvironment();
  createStreamSigner({ privateKey, issuer });
  expectTypeOf(publishPublicKey(kv, publicKey, slot)).resolves.toEqualTypeOf<Publication>();
  // @ts-expect-error: no key
  createStreamSigner({});
  // @ts-expect-error: an option that nobody reads
  createStreamSigner({ privateKey, kid: 'mine' });
});

test('a security option cannot be left out by an unset variable', () => {
  const issuer = process.env['TURBOCABLE_JWT_ISSUER'];
  // @ts-expect-error: would not check the issuer
  verifyStreamToken('', { publicKey: signer.publicKey, issuer });
  // @ts-expect-error: would be neither
  createStreamSigner({ privateKey: 'PEM', impersonation: undefined });
});

test('a store is any object with two methods', () => {
  expectTypeOf<Awaited<ReturnType<typeof connectStore>>>().toExtend<KeyStore>();
  publishPublicKey({ read: async () => null, write: async () => 1 }, signer.publicKey);
  // @ts-expect-error: a bare put, which would not notice that somebody else was first
  publishPublicKey({ put: async () => 1 }, signer.publicKey);
});

test('a rotation names both keys and the gateway', () => {
  const rotation = createRotation({ kv, from: signer.publicKey, to: 'PEM', gatewayUrl: process.env['GATEWAY_URL'] });
  expectTypeOf<Awaited<ReturnType<typeof rotation.plan>>['step']>().toEqualTypeOf<RotationStep>();
  // @ts-expect-error: nobody to confirm the flip
  createRotation({ kv, from: 'PEM', to: 'PEM' });
});

test('a login is one of four', () => {
  connectStore({ servers: process.env['NATS_URL'], login: { user: 'a', password: process.env['NATS_PASSWORD'] } });
  // @ts-expect-error: a user without a password
  connectStore({ servers: 'nats://127.0.0.1:4222', login: { user: 'a' } });
});
