// A program that a test stops with SIGSTOP. It verifies the tokens that its parent sends.
import { answerQuestions } from '../../../../scripts/frozen-process.ts';
import { createVerifier } from '../../src/index.ts';

const verifier = createVerifier({ issuer: process.env['KEYS_URL'], keysTimeoutMs: 2_000 });
answerQuestions((token) =>
  verifier.verify(token).then(
    () => 'accepted',
    (error: { readonly reason?: string }) => error.reason ?? String(error),
  ),
);
