import { SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { createStreamSigner, verifyStreamToken } from '../src/index.ts';
import { makeKeyPair } from './key-pairs.ts';

const pair = makeKeyPair();
const publicKey = pair.publicPem;
const now = Math.floor(Date.now() / 1000);
const claims = { sub: 'ada', allowed_streams: ['chat_*'], iat: now, exp: now + 60 };

function sign(changes: Record<string, unknown> = {}, alg = 'RS256', key = pair.privateKey): Promise<string> {
  return new SignJWT({ ...claims, ...changes }).setProtectedHeader({ alg }).sign(key);
}

test('reads a token of the signer', async () => {
  const signer = createStreamSigner({ privateKey: pair.privatePem, issuer: 'my-app' });
  const { token, expiresAt } = await signer.issue({ subject: 'ada', allowedStreams: ['*'], ttlSeconds: 60 });
  expect(await verifyStreamToken(token, { publicKey: signer.publicKey, issuer: 'my-app' })).toMatchObject({
    subject: 'ada',
    allowedStreams: ['*'],
    expiresAt,
    raw: { iss: 'my-app' },
  });
});

test('reads a token that another library made, without a key id', async () => {
  expect(await verifyStreamToken(await sign(), { publicKey })).toMatchObject({ subject: 'ada', keyId: null });
});

test.each([
  ['no token', 'x', 'token_malformed'],
  ['another key', sign({}, 'RS256', makeKeyPair().privateKey), 'signature_invalid'],
  ['RS512', sign({}, 'RS512'), 'algorithm_refused'],
  ['an end a second ago: no leeway', sign({ exp: now - 1 }), 'token_expired'],
  ['a beginning to come', sign({ nbf: now + 60 }), 'token_not_yet_valid'],
  ['no subject', sign({ sub: undefined }), 'claim_missing'],
  ['no beginning', sign({ iat: undefined }), 'claim_missing'],
  ['no end', sign({ exp: undefined }), 'claim_missing'],
  ['no streams', sign({ allowed_streams: undefined }), 'claim_missing'],
  ['an empty subject', sign({ sub: '' }), 'claim_malformed'],
  ['a stream outside the grammar', sign({ allowed_streams: ['chat.room'] }), 'claim_malformed'],
  ['streams that are no list', sign({ allowed_streams: '*' }), 'claim_malformed'],
  ['another issuer', sign({ iss: 'their-app' }), 'issuer_refused'],
])('refuses %s', async (_kind, token, reason) => {
  const verifying = verifyStreamToken(await token, {
    publicKey,
    ...(reason === 'issuer_refused' && { issuer: 'my-app' }),
  });
  await expect(verifying).rejects.toMatchObject({ code: 'authentication_failed', reason });
  await expect(verifying).rejects.not.toHaveProperty('cause');
});

test('refuses a token signed with the public key as if it were a secret', async () => {
  const token = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(publicKey));
  await expect(verifyStreamToken(token, { publicKey })).rejects.toMatchObject({ reason: 'algorithm_refused' });
});

test('wants a public key', async () => {
  await expect(verifyStreamToken(await sign(), { publicKey: undefined })).rejects.toMatchObject({
    option: 'publicKey',
  });
  await expect(verifyStreamToken(await sign(), { publicKey, issuer: '' })).rejects.toMatchObject({ option: 'issuer' });
});
