// The entry point for workerd. A request contains a question, or a token for a verifier that all requests of the Worker share.
import { createVerifier, type Verifier } from '@torii/core';
import { createRevocations } from '@torii/revocation';
import type { Question } from '../case.ts';
import type { FeedVisit } from '../feed-visits.ts';
import type { Visit } from '../visits.ts';
import { answer } from './answer.ts';
import { feedOf } from './store-client.ts';
import { describeError } from './take-steps.ts';

const verifiers = new Map<string, Verifier>();
/** The clock is frozen at the first visit, and moved only by `clockAheadMs`, so that ages are exact on a slow machine too. */
let startedAt: number | undefined;

const worker = {
  async fetch(request: Request): Promise<Response> {
    const asked: Question | Visit | FeedVisit = JSON.parse(await request.text());
    return new Response('ask' in asked ? await answer(asked) : await receive(asked));
  },
};
// biome-ignore lint/style/noDefaultExport: workerd uses the default export of the module.
export default worker;

async function receive(visit: Visit | FeedVisit): Promise<string> {
  startedAt ??= Date.now();
  const now = startedAt + visit.clockAheadMs;
  Date.now = () => now;
  const verifying = verifierFor(visit)
    .verify(visit.token)
    .then(({ userId }) => userId, describeError);
  if (!visit.leave) return verifying;
  // Wait long enough for the fetch of the keys, or of the store, to start, but not long enough for its response.
  await new Promise((resolve) => setTimeout(resolve, 30));
  return 'left';
}

function verifierFor(visit: Visit | FeedVisit): Verifier {
  const name = 'store' in visit ? visit.store : visit.issuer;
  const verifier = verifiers.get(name) ?? ('store' in visit ? makeVerifier(visit) : createVerifier({ issuer: name }));
  verifiers.set(name, verifier);
  return verifier;
}

function makeVerifier({ store, issuer, keys }: FeedVisit): Verifier {
  // On a slow machine, too, requests wait for the store.
  const revocations = createRevocations({ issuer, environmentId: 'env_1', feed: feedOf(store), waitMs: 30_000 });
  return createVerifier({ issuer, keys, revocations });
}
