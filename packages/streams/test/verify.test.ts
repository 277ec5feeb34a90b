import { createSign, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { createStreamSigner, verifyStreamToken } from '../src/index.ts';
import { makeKeyPair } from './key-pairs.ts';

const pair = makeKeyPair();
const publicKey = pair.publicPem;
const now = Math.floor(Date.now() / 1000);
const claims = { sub: 'ada', allowed_streams: ['chat_*'], iat: now, exp: now + 60 };

function sign(
  changes: Record<string, unknown> = {},
  alg = 'RS256',
  key = pair.privateKey,
  header: Record<string, unknown> = {},
): Promise<string> {
  // By hand, since jose signs no nonsense.
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return signParts(encode({ alg, ...header }), encode({ ...claims, ...changes }), alg, key);
}

/** Claims of which one is written as JSON.stringify would not. */
function signText(member: string, rest: object): Promise<string> {
  const payload = Buffer.from(`{${JSON.stringify(rest).slice(1, -1)},${member}}`).toString('base64url');
  return signParts(Buffer.from('{"alg":"RS256"}').toString('base64url'), payload, 'RS256', pair.privateKey);
}

async function signParts(header: string, payload: string, alg: string, key: KeyObject): Promise<string> {
  const input = `${header}.${payload}`;
  return `${input}.${createSign(alg.replace('RS', 'RSA-SHA')).update(input).sign(key, 'base64url')}`;
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
  ['what is no text', Buffer.from('x') as never, 'token_malformed'],
  ['more than 16 kB', sign({ padding: 'x'.repeat(16_000) }), 'token_malformed'],
  ['a key id that is no text', sign({}, 'RS256', pair.privateKey, { kid: { a: 1 } }), 'token_malformed'],
  ['a key id without end', sign({}, 'RS256', pair.privateKey, { kid: 'x'.repeat(257) }), 'token_malformed'],
  ['b64 without crit', sign({}, 'RS256', pair.privateKey, { b64: false }), 'token_malformed'],
  ['an endless life', signText('"exp":1e400', claims), 'claim_malformed'],
  ['an endless past', signText('"iat":-1e400', claims), 'claim_malformed'],
  ['a beginning before 1970', sign({ iat: -1 }), 'claim_malformed'],
  ['a text for a beginning', sign({ iat: String(now) }), 'claim_malformed'],
  ['a beginning that is to come', sign({ iat: now + 30 }), 'token_not_yet_valid'],
  ['an empty list of streams', sign({ allowed_streams: [] }), 'claim_malformed'],
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
});

test.each(['', undefined, null, 0, false, [], ['my-app']])(
  'takes the issuer %j for a mistake, and not for a check left out (statement 9)',
  async (issuer) => {
    const verifying = verifyStreamToken(await sign(), { publicKey, issuer: issuer as string });
    await expect(verifying).rejects.toMatchObject({ code: 'configuration_invalid', option: 'issuer' });
  },
);
