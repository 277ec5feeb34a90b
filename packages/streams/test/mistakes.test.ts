import { ToriiConfigError, ToriiError } from '@torii/core';
import { expect, test } from 'vitest';
import { createStreamSigner, ToriiStreamError, verifyStreamToken } from '../src/index.ts';
import { makeKeyPair } from './key-pairs.ts';

const { privatePem, publicPem } = makeKeyPair();
const signer = createStreamSigner({ privateKey: privatePem });
const grant = { allowedStreams: ['chat_*'], ttlSeconds: 60 };

async function mistakeIn(run: () => unknown): Promise<ToriiError> {
  const error: unknown = await (async () => run())().then(
    (value) => ({ passed: value }),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ToriiError);
  expect((error as ToriiError).message).not.toMatch(/PRIVATE|eyJ/);
  return error as ToriiError;
}

test.each([
  ['sub', { ...grant, sub: 'ada' }, 'subject'],
  ['userId', { ...grant, userId: 'ada' }, 'subject'],
  ['streams', { subject: 'ada', streams: ['a'], ttlSeconds: 60 }, 'allowedStreams'],
  ['allowed_streams', { subject: 'ada', allowed_streams: ['a'], ttlSeconds: 60 }, 'allowedStreams'],
  ['ttl', { subject: 'ada', allowedStreams: ['a'], ttl: 60 }, 'ttlSeconds'],
  ['claim', { ...grant, subject: 'ada', claim: { plan: 'free' } }, 'claims'],
])('issue does not ignore %s', async (name, request, remedy) => {
  const error = await mistakeIn(() => signer.issue(request as never));
  expect(error).toBeInstanceOf(ToriiConfigError);
  expect(error).toMatchObject({ option: name });
  expect(error.message).toContain(remedy);
});

test.each<[string, unknown]>([
  ['a user id', 'ada'],
  ['nothing', undefined],
  ['a promise', Promise.resolve({ ...grant, subject: 'ada' })],
  ['a request', { method: 'GET', headers: {} }],
])('issue refuses %s', async (_name, request) => {
  await mistakeIn(() => signer.issue(request as never));
});

test.each<[string, unknown]>([
  ['a grant', grant],
  ['a request', { headers: {} }],
  ['a promise', Promise.resolve({})],
  ['a user id', 'ada'],
  ['nobody', null],
])('issueFor refuses %s', async (_name, auth) => {
  expect(await mistakeIn(() => signer.issueFor(auth as never, grant))).toBeInstanceOf(ToriiStreamError);
});

test.each<[string, unknown]>([
  ['a promise', signer.issue({ ...grant, subject: 'ada' })],
  ['what `issue` returns', { token: 'eyJ', expiresAt: 1 }],
  ['bytes', new Uint8Array([1])],
  ['nothing', undefined],
  ['a header', 'Bearer eyJ.eyJ.sig'],
])('[37] verifyStreamToken does not blame the token for %s', async (_name, token) => {
  const error = await mistakeIn(() => verifyStreamToken(token as string, { publicKey: publicPem }));
  expect(error).toMatchObject({ option: 'token' });
});

test.each(['https://cable.example.com/pubkey', 'https://cable.example.com/pubkey/', 'wss://cable.example.com'])(
  'refuses the gateway %s',
  async (gatewayUrl) => {
    const create = () => createStreamSigner({ privateKey: privatePem, gatewayUrl });
    expect(await mistakeIn(create)).toMatchObject({ option: 'gatewayUrl' });
  },
);
