import { createHash } from 'node:crypto';
import type { StreamStore } from '../../world/stream-store.ts';
import type { RevocationsPlan } from './plan.ts';
import type { StoreFacts } from './store-facts.ts';
import { subjectName } from './subjects.ts';
import { environmentId, issuer, userId } from './tokens.ts';

/** Fills the store with the entries of a fleet that ran before: the last ones are about users who have requests. */
export function writeHistory(store: StreamStore, facts: StoreFacts, plan: RevocationsPlan): void {
  // The signing keys are not known here, and a full memory would replace the entries.
  if (plan.history === 0 || plan.signing !== 'off' || plan.maxEntries < plan.history) return;
  const channel = createHash('sha256').update(`${issuer}\n${environmentId}`).digest('hex').slice(0, 24);
  const name = `torii:revocations:{${channel}}`;
  store.openHash(`${name}:about`).set(`retention:${plan.maxTokenSeconds + 1_500}`, '0', store.nowMs);
  const stream = store.openStream(name);
  stream.add({ ms: 0, seq: 1 }, ['begins', '1'], store.nowMs);
  const before = Math.floor(store.wallMs / 1000) - 2;
  for (let number = plan.history - 1; number >= 0; number--) {
    const id = number < 3 ? userId(number) : `old_${number}`;
    facts.allow({ subject: subjectName({ kind: 'user', id }), before });
    const text = `v1:::${JSON.stringify({ kind: 'user', id, issuer, environmentId, before })}`;
    stream.add({ ms: store.wallMs - 1_000, seq: plan.history - number }, ['key', 'x', 'entry', text], store.nowMs);
  }
  store.changed();
}
