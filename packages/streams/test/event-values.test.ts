import { createVerifier } from '@torii/core';
import { startEmulator } from '@torii/emulator';
import { afterAll, expect, test } from 'vitest';
import { hostileTexts, unsafeTexts } from '../../../scripts/hostile-texts.ts';
import { createStreamSigner, type StreamEvent } from '../src/index.ts';
import { makeKeyPair } from './key-pairs.ts';

const torii = await startEmulator();
afterAll(() => torii.stop());
const verifier = createVerifier({ issuer: torii.issuer });
const { privatePem: privateKey } = makeKeyPair();

test.each(Object.entries(hostileTexts))('[35] %s reaches no event', async (_name, text) => {
  const events: StreamEvent[] = [];
  const signer = createStreamSigner({ privateKey, impersonation: 'audit', onEvent: (event) => events.push(event) });
  const grant = { allowedStreams: ['chat_*'], ttlSeconds: 30 };
  const auth = await verifier.verify(await torii.token({ userId: text, claims: { act: { sub: text } } }));
  await signer.issueFor(auth, grant).catch(() => {});
  await signer.issue({ ...grant, subject: text, claims: { note: text } }).catch(() => {});
  const refused = await signer.issue({ ...grant, subject: 'ada', allowedStreams: [text] }).then(
    () => null, // `whsec_…` is a valid name of a stream.
    (error) => error,
  );
  expect(unsafeTexts(refused)).toEqual([]);
  expect(unsafeTexts(events)).toEqual([]);
});

test('[35] an ordinary id is reported as it is', async () => {
  const events: StreamEvent[] = [];
  const signer = createStreamSigner({ privateKey, impersonation: 'audit', onEvent: (event) => events.push(event) });
  const [userId, actorId] = ['01931a73-8b00-7000-8000-000000000000', '01931a72-0000-7000-8000-000000000000'];
  const auth = await verifier.verify(await torii.token({ userId, claims: { act: { sub: actorId } } }));
  await signer.issueFor(auth, { allowedStreams: ['chat_*'], ttlSeconds: 300 });
  expect(events.at(-1)).toEqual({ type: 'impersonated', userId, actorId });
});
