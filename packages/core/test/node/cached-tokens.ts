// Verifies the largest tokens that callers could get, and reports the memory that the verifier holds then.
import { reportHeldHeap } from '../../../../scripts/held-heap.ts';
import { createVerifier, type RevocationSource } from '../../src/index.ts';
import { issuer, makeKey, mint } from '../mint.ts';

/** A claim that takes 23 times the memory of its text, and one that takes as much as its text. */
const claims = {
  objects: { count: 300, create: () => Array.from({ length: 3_900 }, () => ({})) },
  text: { count: 4_000, create: (n: number) => String(n).padEnd(11_800, 'x') },
};

const { count, create } = claims[process.argv[2] === 'text' ? 'text' : 'objects'];
const key = await makeKey();
const revocations: RevocationSource = {
  issuer,
  environmentId: 'env_1',
  maxTokenSeconds: 3600,
  check: () => 'accepted',
};
await reportHeldHeap(createVerifier({ issuer, keys: { keys: [key.publicJwk] }, revocations }), async (verifier) => {
  for (let n = 0; n < count; n++) await verifier.verify(await mint(key, { sub: `user_${n}`, custom: create(n) }));
});
