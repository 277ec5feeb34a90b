// Measures how cost grows: with issuers, with verifications in flight, with the length of a token, and with permissions.
import { createAuthz } from '@torii/authz';
import { createVerifier } from '@torii/core';
import { viewOf } from '@torii/core/adapter';
import { joseOver, ours, oursOver, peersOver, type Verify } from './contenders.ts';
import { atMost } from './limits.ts';
import { createManyIssuers, issuersInTurn } from './many-issuers.ts';
import { makeMaterial } from './material.ts';
import { type Growing, growthOf, measureGrowth, tableOfGrowth } from './measured-growth.ts';
import { permissionsFor, questionsFor } from './permissions.ts';
import { processorMs } from './processor-time.ts';
import { announceSteps } from './progress.ts';
import { type Contender, median } from './rounds.ts';
import { reportSection } from './section.ts';
import { roundsOr, scaled } from './settings.ts';

announceSteps(7);
const rounds = roundsOr(7);
const perRound = scaled(60);
const known = scaled(1_000);
const passes = scaled(30);
const material = await makeMaterial();
const peers = peersOver(material);
const [jose, fast, fastCached] = ['jose', 'fast-jwt, cache off', 'fast-jwt, cache on'];

const uncached = 'can(), nothing cached';
const issuerSizes = scaledSizes([1, 10, 100, 1_000, 10_000]);
const inFlightSizes = [1, 2, 4, 16, 64];
/** The shortest token that our verifier accepts has about 290 characters, 130 of them for header and signature. */
const lengths = [300, 512, 1_024, 2_048, 4_096, 8_192, 16_000];
const permissionSizes = scaledSizes([10, 100, 1_000, 10_000, 100_000]);

const { verifiers, memory } = await createManyIssuers(material, issuerSizes);

const byIssuers = await measureGrowth(
  { title: 'One verifier with many issuers', things: 'issuers', unit: 'µs for each token', better: 'less' },
  issuerSizes,
  [
    {
      name: 'new tokens',
      kind: 'ours',
      prepare: async (size) => verifyNew(verifierFor(size), { issuerOf: issuersInTurn(size) }),
    },
    {
      name: 'known tokens',
      kind: 'other',
      prepare: async (size) =>
        verifyKnown(verifierFor(size), await material.mint(known, { issuerOf: issuersInTurn(size) })),
    },
  ],
  rounds,
);

const byFlight = await measureGrowth(
  { title: 'New tokens, verified at the same time', things: 'in flight', unit: 'tokens per second', better: 'more' },
  inFlightSizes,
  [[ours, oursOver(material)[ours]] as const, [jose, peers[jose]] as const, [fast, peers[fast]] as const].map(
    ([name, verify]): Growing => ({
      name,
      kind: name === ours ? 'ours' : 'peer',
      prepare: async (size) => {
        const batches = await mintBatches(2 * perRound);
        return async (round) => {
          const tokens = [...(batches[round] ?? [])];
          const begun = performance.now();
          await Promise.all(
            Array.from({ length: size }, async () => {
              for (let token = tokens.pop(); token !== undefined; token = tokens.pop()) await verify?.(token);
            }),
          );
          return (2 * perRound * 1_000) / (performance.now() - begun);
        };
      },
    }),
  ),
  rounds,
);

const byLength = await measureGrowth(
  { title: 'New tokens, by their length', things: 'characters', unit: 'µs for each token', better: 'less' },
  lengths,
  [[ours, oursOver(material)[ours]] as const, [jose, joseOver(material)[jose]] as const].map(
    ([name, verify]): Growing => ({
      name,
      kind: name === ours ? 'ours' : 'peer',
      prepare: async (length) => verifyNew(verify, { claims: await claimsOf(length) }),
    }),
  ),
  rounds,
);
const byLengthKnown = await measureGrowth(
  {
    title: 'Known tokens in new strings, by their length',
    things: 'characters',
    unit: 'µs for each token',
    better: 'less',
  },
  lengths,
  [[ours, oursOver(material)[ours]] as const, [fastCached, peers[fastCached]] as const].map(
    ([name, verify]): Growing => ({
      name,
      kind: name === ours ? 'ours' : 'peer',
      prepare: async (length) => {
        const [token = ''] = await material.mint(1, { claims: await claimsOf(length) });
        const bytes = Buffer.from(token, 'latin1');
        return async () => {
          await verify?.(token);
          const times: number[] = [];
          for (let pass = 0; pass < 2 * passes; pass++) {
            // The strings of a larger batch would not fit into the caches of the processor.
            const copies = Array.from({ length: 50 }, () => bytes.toString('latin1'));
            times.push(await verifyBatch(copies, verify));
          }
          return median(times);
        };
      },
    }),
  ),
  rounds,
);

const byPermissions = await measureGrowth(
  { title: 'A decision of @torii/authz', things: 'permissions', unit: 'µs for each decision', better: 'less' },
  permissionSizes,
  [
    { name: 'the whole check of a request', kind: 'ours', prepare: checkRequests },
    { name: uncached, kind: 'other', prepare: askPermissions },
  ],
  rounds,
);

const growth = [byIssuers, byFlight, byLength, byLengthKnown, byPermissions];
reportSection({
  title: 'How cost grows',
  text: [
    'Each contender is measured at all sizes in the same rounds. A cell is the median, followed by the range of its middle half. Known tokens of many issuers and decisions are measured in processor time.',
    'How the check of revocations grows is in [Revocation](#revocation).',
  ],
  rounds,
  tables: [
    tableOfGrowth(byIssuers, 'The keys of all issuers are known. Each token is of another issuer.'),
    memory,
    tableOfGrowth(byFlight),
    tableOfGrowth(byLength, 'SHA-256 and the decoding of base64 and JSON take the time that grows.'),
    tableOfGrowth(byLengthKnown, 'A cache has to read all of a new string to look up the token.'),
    tableOfGrowth(byPermissions),
  ],
  limits: [
    atMost('A known token with 10,000 issuers', 3, 'times the time with one', growthOf(byIssuers, 'known tokens')),
    atMost('A decision with 100,000 permissions', 3, 'times the time with ten', growthOf(byPermissions, uncached)),
  ],
  lineCharts: growth,
});

function scaledSizes(sizes: readonly number[]): readonly number[] {
  return [...new Set(sizes.map(scaled))];
}

function verifierFor(size: number): Verify {
  const verifier = verifiers.get(size);
  return (token) => verifier?.verify(token);
}

async function verifyNew(
  verify: Verify | undefined,
  changes: NonNullable<Parameters<typeof material.mint>[1]>,
): Promise<Contender['run']> {
  const batches = await mintBatches(perRound, changes);
  return (round) => verifyBatch(batches[round] ?? [], verify);
}

function verifyKnown(verify: Verify, tokens: readonly string[]): Contender['run'] {
  return async () => {
    for (const token of tokens) await verify(token);
    return repeat(async () => {
      for (const token of tokens) await verify(token);
      return tokens.length;
    });
  };
}

/** Measures elapsed time, not CPU time of the main thread: signatures are verified in the thread pool. */
async function verifyBatch(tokens: readonly string[], verify: Verify | undefined): Promise<number> {
  const begun = performance.now();
  for (const token of tokens) await verify?.(token);
  return ((performance.now() - begun) * 1_000) / tokens.length;
}

/** Repeats the work, which returns a count, and returns the microseconds of processor time for each. */
async function repeat(work: () => Promise<number>): Promise<number> {
  let [total, count] = [0, 0];
  for (let pass = 0; pass < passes; pass++) {
    const begun = processorMs();
    count += await work();
    total += processorMs() - begun;
  }
  return (total / count) * 1_000;
}

function mintBatches(count: number, changes = {}): Promise<readonly string[][]> {
  return Promise.all(Array.from({ length: rounds + 1 }, () => material.mint(count, changes)));
}

/** Claims that make a token of nearly this length. The shortest tokens leave out the claims that are optional. */
async function claimsOf(length: number): Promise<Readonly<Record<string, unknown>>> {
  const bare = { email_verified: undefined, profile_complete: undefined, locale: undefined, sub: 'u', pid: 'p' };
  const [token = ''] = await material.mint(1, { claims: bare });
  const missing = Math.floor(((length - token.length) * 3) / 4) - '"x":"",'.length;
  return missing < 1 ? bare : { ...bare, x: 'x'.repeat(missing) };
}

async function checkRequests(count: number): Promise<Contender['run']> {
  const [check] = createAuthz({ permissions: { permissions: permissionsFor(count) } }).checks;
  const auth = await callerAuth();
  const views = questionsFor(count).map((resource) => viewOf({ method: 'GET', url: `/${resource}`, headers: {} }));
  return () =>
    repeat(async () => {
      for (const view of views) await check(auth, view);
      return views.length;
    });
}

async function askPermissions(count: number): Promise<Contender['run']> {
  const authz = createAuthz({ permissions: { permissions: permissionsFor(count) } });
  const auth = await callerAuth();
  const questions = questionsFor(count).map((resource) => `${resource}:get`);
  return () =>
    repeat(async () => {
      for (const question of questions) await authz.can(auth, question);
      return questions.length;
    });
}

async function callerAuth() {
  const [token = ''] = await material.mint(1, { claims: { roles: ['role3', 'role7'] } });
  return createVerifier({ issuer: material.issuer }).verify(token);
}
