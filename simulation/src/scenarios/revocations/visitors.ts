import type { World } from '../../world/world.ts';
import type { Node } from './node.ts';
import type { RevocationsPlan } from './plan.ts';
import { tokenOf, users } from './tokens.ts';

const visitors = 40;
/** Tokens of visitors live for this long and up to 39 seconds longer, so that no two are the same. */
const leastLifeSeconds = 20;

/**
 * Statement 36: callers who connect and leave, one after the other, leave nothing behind. Runs in the process of the node. If the
 * verifier remembers tokens, it may keep all of them.
 */
export async function receiveVisitors(world: World, plan: RevocationsPlan, node: Node, iat: number): Promise<void> {
  if (node.isClosed || plan.cachedTokens > 3) return;
  const { process } = node;
  const { nowMs: atMs } = world;
  const { largestCollection } = process;
  process.largestCollection = 0;
  const isDone = await receiveAll(node, iat);
  const largest = process.largestCollection;
  process.largestCollection = Math.max(largest, largestCollection);
  // Meanwhile, the node may have learned of many revocations.
  if (!isDone || world.nowMs !== atMs || node.announcing > 0) return;
  if (largest >= visitors) world.violate(36, `${process.name}: after ${visitors} visitors, ${largest} names are kept`);
}

async function receiveAll(node: Node, iat: number): Promise<boolean> {
  for (let number = 0; number < visitors; number++) {
    const claims = {
      user: number % users,
      organization: null,
      actor: null,
      iat,
      lifeSeconds: leastLifeSeconds + number,
    };
    const outcome = await node.answer(tokenOf(claims).text);
    if (outcome.kind !== 'accepted') return false;
    const leaving = new AbortController();
    const ended = node.revocations.untilRevoked(outcome.auth, { signal: leaving.signal });
    leaving.abort(new Error('The visitor has left.'));
    await ended.catch(() => {});
  }
  return true;
}
