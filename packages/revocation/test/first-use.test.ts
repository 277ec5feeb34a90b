import { createVerifier } from '@torii/core';
import { expect, test } from 'vitest';
import { createRevocations, memoryFeed, type Revocations } from '../src/index.ts';
import { environmentId, issuer, keys, mint } from './tokens.ts';

function start() {
  const revocations = createRevocations({ issuer, environmentId, feed: memoryFeed() });
  return { revocations, verifier: createVerifier({ issuer, keys, revocations }) };
}

test('[40] a revoked user is refused, also with a token that is remembered', async () => {
  const { revocations, verifier } = start();
  const token = await mint();
  await verifier.verify(token);
  await revocations.revokeUser('ada');
  await expect(verifier.verify(token)).rejects.toMatchObject({ reason: 'token_revoked' });
  await expect(verifier.verify(await mint({ sub: 'ben' }))).resolves.toMatchObject({ userId: 'ben' });
});

test('[40] one token is revoked by its text or by its Auth', async () => {
  const { revocations, verifier } = start();
  const [first, second, third] = [await mint({ n: 1 }), await mint({ n: 2 }), await mint({ n: 3 })];
  const auth = await verifier.verify(first);
  await revocations.revokeToken(auth);
  await revocations.revokeToken(second);
  await expect(verifier.verify(first)).rejects.toMatchObject({ reason: 'token_revoked' });
  await expect(verifier.verify(second)).rejects.toMatchObject({ reason: 'token_revoked' });
  await expect(verifier.verify(third)).resolves.toMatchObject({ userId: 'ada' });
});

test('[40][44] one token that was issued a little ahead, with fractions of a second, is revoked on every server', async () => {
  const feed = memoryFeed();
  const [revocations, other] = [0, 1].map(() => createRevocations({ issuer, environmentId, feed })) as [
    Revocations,
    Revocations,
  ];
  const now = Math.floor(Date.now() / 1000);
  const token = await mint({ iat: now + 10.5, exp: now + 300 });
  const auth = await createVerifier({ issuer, keys, revocations }).verify(token);
  const verifier = createVerifier({ issuer, keys, revocations: other });
  await verifier.verify(token);
  await revocations.revokeToken(auth);
  await expect(verifier.verify(token)).rejects.toMatchObject({ reason: 'token_revoked' });
});

test('untilRevoked resolves when the user is revoked', async () => {
  const { revocations, verifier } = start();
  const auth = await verifier.verify(await mint());
  const ended = revocations.untilRevoked(auth);
  await revocations.revokeUser('ada');
  await expect(ended).resolves.toBe('token_revoked');
});
