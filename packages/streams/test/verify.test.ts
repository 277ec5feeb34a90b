import { createSign, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { expect, test, vi } from 'vitest';
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
  // Signed without jose, which refuses to sign malformed claims.
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return signParts(encode({ alg, ...header }), encode({ ...claims, ...changes }), alg, key);
}

/** Signs `rest` and one member as raw JSON, which JSON.stringify would not produce. */
function signRawMember(member: string, rest: object): Promise<string> {
  const payload = Buffer.from(`{${JSON.stringify(rest).slice(1, -1)},${member}}`).toString('base64url');
  return signParts(Buffer.from('{"alg":"RS256"}').toString('base64url'), payload, 'RS256', pair.privateKey);
}

async function signParts(header: string, payload: string, alg: string, key: KeyObject): Promise<string> {
  const input = `${header}.${payload}`;
  return `${input}.${createSign(alg.replace('RS', 'RSA-SHA')).update(input).sign(key, 'base64url')}`;
}

test('accepts a token of the signer', async () => {
  const signer = createStreamSigner({ privateKey: pair.privatePem, issuer: 'my-app' });
  const { token, expiresAt } = await signer.issue({ subject: 'ada', allowedStreams: ['*'], ttlSeconds: 60 });
  expect(await verifyStreamToken(token, { publicKey: signer.publicKey, issuer: 'my-app' })).toMatchObject({
    subject: 'ada',
    allowedStreams: ['*'],
    expiresAt,
    raw: { iss: 'my-app' },
  });
});

test('accepts a token of another library without a `kid`', async () => {
  expect(await verifyStreamToken(await sign(), { publicKey })).toMatchObject({ subject: 'ada', keyId: null });
});

test('compares all times with one clock', async () => {
  const clock = vi.spyOn(Date, 'now').mockReturnValue((now + 60) * 1000);
  try {
    await expect(verifyStreamToken(await sign(), { publicKey })).rejects.toMatchObject({ reason: 'token_expired' });
    clock.mockReturnValue((now - 3_600) * 1000);
    const token = await sign({ nbf: now, iat: now - 7_200 });
    await expect(verifyStreamToken(token, { publicKey })).rejects.toMatchObject({ reason: 'token_not_yet_valid' });
  } finally {
    clock.mockRestore();
  }
});

test.each([
  ['text that is not a token', 'x', 'token_malformed'],
  ['a token over 16 kB', sign({ padding: 'x'.repeat(16_000) }), 'token_malformed'],
  ['a `kid` that is not a string', sign({}, 'RS256', pair.privateKey, { kid: { a: 1 } }), 'token_malformed'],
  ['a `kid` of 257 characters', sign({}, 'RS256', pair.privateKey, { kid: 'x'.repeat(257) }), 'token_malformed'],
  ['`b64` without `crit`', sign({}, 'RS256', pair.privateKey, { b64: false }), 'token_malformed'],
  ['an infinite `exp`', signRawMember('"exp":1e400', claims), 'claim_malformed'],
  ['an infinite `iat`', signRawMember('"iat":-1e400', claims), 'claim_malformed'],
  ['an `iat` before 1970', sign({ iat: -1 }), 'claim_malformed'],
  ['an `iat` that is a string', sign({ iat: String(now) }), 'claim_malformed'],
  ['an `iat` in the future', sign({ iat: now + 30 }), 'token_not_yet_valid'],
  ['an empty list of streams', sign({ allowed_streams: [] }), 'claim_malformed'],
  ['a token signed with another key', sign({}, 'RS256', makeKeyPair().privateKey), 'signature_invalid'],
  ['RS512', sign({}, 'RS512'), 'algorithm_refused'],
  ['a token that expired a second ago, without leeway', sign({ exp: now - 1 }), 'token_expired'],
  ['an `nbf` in the future', sign({ nbf: now + 60 }), 'token_not_yet_valid'],
  ['a token without `sub`', sign({ sub: undefined }), 'claim_missing'],
  ['a token without `iat`', sign({ iat: undefined }), 'claim_missing'],
  ['a token without `exp`', sign({ exp: undefined }), 'claim_missing'],
  ['a token without `allowed_streams`', sign({ allowed_streams: undefined }), 'claim_missing'],
  ['an empty `sub`', sign({ sub: '' }), 'claim_malformed'],
  ['a stream outside the grammar', sign({ allowed_streams: ['chat.room'] }), 'claim_malformed'],
  ['streams that are not a list', sign({ allowed_streams: '*' }), 'claim_malformed'],
  ['another issuer', sign({ iss: 'their-app' }), 'issuer_refused'],
])('refuses %s', async (_kind, token, reason) => {
  const verifying = verifyStreamToken(await token, {
    publicKey,
    ...(reason === 'issuer_refused' && { issuer: 'my-app' }),
  });
  await expect(verifying).rejects.toMatchObject({ code: 'authentication_failed', reason });
  await expect(verifying).rejects.not.toHaveProperty('cause');
});

test('refuses HS256 with the public key as the secret', async () => {
  const token = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(publicKey));
  await expect(verifyStreamToken(token, { publicKey })).rejects.toMatchObject({ reason: 'algorithm_refused' });
});

test('refuses an undefined public key', async () => {
  await expect(verifyStreamToken(await sign(), { publicKey: undefined })).rejects.toMatchObject({
    option: 'publicKey',
  });
});

test.each(['', undefined, null, 0, false, [], ['my-app']])(
  'refuses the issuer %j instead of leaving out the check (statement 9)',
  async (issuer) => {
    const verifying = verifyStreamToken(await sign(), { publicKey, issuer: issuer as string });
    await expect(verifying).rejects.toMatchObject({ code: 'configuration_invalid', option: 'issuer' });
  },
);

test.each([['cable'], [['cable']], [''], [[]], [{}], [null], [7], [false]])(
  '[39] refuses an aud of %j if no audience is configured, although the gateway ignores it',
  async (aud) => {
    await expect(verifyStreamToken(await sign({ aud }), { publicKey })).rejects.toMatchObject({
      reason: 'audience_refused',
    });
  },
);

test.each([
  ['web', 'audience_refused'],
  [['web', 'Cable'], 'audience_refused'],
  ['cable chat', 'audience_refused'],
  [['cable', 1], 'claim_malformed'],
  [[], 'claim_malformed'],
  [{ cable: true }, 'claim_malformed'],
  [null, 'claim_missing'],
  [undefined, 'claim_missing'],
])('[39] refuses an aud of %j if another audience is configured', async (aud, reason) => {
  const verifying = verifyStreamToken(await sign({ aud }), { publicKey, audience: ['cable', 'chat'] });
  await expect(verifying).rejects.toMatchObject({ reason });
});

test('[39] accepts a token for the configured audience', async () => {
  const signer = createStreamSigner({ privateKey: pair.privatePem });
  const request = { subject: 'ada', allowedStreams: ['*'], ttlSeconds: 60, claims: { aud: ['web', 'cable'] } };
  const { token } = await signer.issue(request);
  const options = { publicKey: signer.publicKey, audience: 'cable' };
  expect(await verifyStreamToken(token, options)).toMatchObject({ subject: 'ada' });
});

test.each(['', undefined, null, 0, [], [''], { cable: true }])(
  '[9] refuses the audience %j instead of leaving out the check',
  async (audience) => {
    const verifying = verifyStreamToken(await sign(), { publicKey, audience: audience as string });
    await expect(verifying).rejects.toMatchObject({ code: 'configuration_invalid', option: 'audience' });
  },
);
