// workerd: one question in each request, or a token for a verifier that requests share, as a Worker has it.
import { createVerifier, type Verifier } from '@torii/core';
import type { Question } from '../case.ts';
import type { Visit } from '../visits.ts';
import { answer } from './answer.ts';
import { describeError } from './take-steps.ts';

const verifiers = new Map<string, Verifier>();
/** The clock stands still between visits that do not move it, so that ages are exact on a slow machine too. */
let startedAt: number | undefined;

const worker = {
  async fetch(request: Request): Promise<Response> {
    const asked: Question | Visit = JSON.parse(await request.text());
    return new Response('issuer' in asked ? await receive(asked) : await answer(asked));
  },
};
// biome-ignore lint/style/noDefaultExport: it is how workerd finds a Worker.
export default worker;

async function receive({ issuer, token, clockAheadMs, leave }: Visit): Promise<string> {
  const verifier = verifiers.get(issuer) ?? createVerifier({ issuer });
  verifiers.set(issuer, verifier);
  startedAt ??= Date.now();
  const now = startedAt + clockAheadMs;
  Date.now = () => now;
  const verifying = verifier.verify(token).then(({ userId }) => userId, describeError);
  if (!leave) return verifying;
  // Time for the fetch to begin, and none for its answer.
  await new Promise((resolve) => setTimeout(resolve, 30));
  return 'left';
}
