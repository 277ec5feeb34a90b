// The entry point for workerd. A request contains a question, or a token for a verifier that all requests of the Worker share.
import { createVerifier, type Verifier } from '@torii/core';
import type { Question } from '../case.ts';
import type { Visit } from '../visits.ts';
import { answer } from './answer.ts';
import { describeError } from './take-steps.ts';

const verifiers = new Map<string, Verifier>();
/** The clock is frozen at the first visit, and moved only by `clockAheadMs`, so that ages are exact on a slow machine too. */
let startedAt: number | undefined;

const worker = {
  async fetch(request: Request): Promise<Response> {
    const asked: Question | Visit = JSON.parse(await request.text());
    return new Response('issuer' in asked ? await receive(asked) : await answer(asked));
  },
};
// biome-ignore lint/style/noDefaultExport: workerd uses the default export of the module.
export default worker;

async function receive({ issuer, token, clockAheadMs, leave }: Visit): Promise<string> {
  const verifier = verifiers.get(issuer) ?? createVerifier({ issuer });
  verifiers.set(issuer, verifier);
  startedAt ??= Date.now();
  const now = startedAt + clockAheadMs;
  Date.now = () => now;
  const verifying = verifier.verify(token).then(({ userId }) => userId, describeError);
  if (!leave) return verifying;
  // Wait long enough for the fetch of the keys to start, but not long enough for its response.
  await new Promise((resolve) => setTimeout(resolve, 30));
  return 'left';
}
