// How long `check` takes, for numbers of revocations from 0 to 1,000,000.
import { createVerifier, type RevocableToken } from '@torii/core';
import type { Material, TokenChanges } from '../material.ts';
import { type Contender, type Measured, measureInRounds } from '../rounds.ts';
import { scaled } from '../settings.ts';
import { entryText, organizationIdOf, type Scope, userIdOf } from './entries.ts';
import { createFilled, type Filled, fill } from './filled.ts';

export const sizes: readonly number[] = [0, 1_000, 10_000, 100_000, 1_000_000].map((size) => size && scaled(size));

export const checkKinds = ['known', 'user', 'organization', 'impersonated', 'whole'] as const;
export type CheckKind = (typeof checkKinds)[number];

/** The number of tokens that a verifier caches by default. */
const tokenCount = scaled(5_000);
const passes = scaled(100);

export interface FilledSize {
  readonly size: number;
  readonly filled: Filled;
}

export function fillSizes(scope: Scope, onSize: (share: number) => void): readonly FilledSize[] {
  return sizes.map((size, index) => {
    onSize(index / sizes.length);
    const filled = createFilled(scope);
    fill(filled, scope, size);
    return { size, filled };
  });
}

/** Nanoseconds per check, by the number of revocations. */
export async function measureChecks(
  material: Material,
  scope: Scope,
  all: readonly FilledSize[],
  rounds: number,
): Promise<ReadonlyMap<CheckKind, Measured>> {
  const changes: Readonly<Record<CheckKind, TokenChanges>> = {
    known: {},
    user: {},
    whole: {},
    organization: { claims: { org_id: organizationIdOf(7), org_role: 'org:member' } },
    impersonated: { claims: { act: { sub: userIdOf(12) } } },
  };
  const measured = new Map<CheckKind, Measured>();
  for (const kind of checkKinds) {
    const tokens = await tokensOf(material, scope, changes[kind]);
    const title = `Check: ${kind}`;
    const contenders = all.map(({ size, filled }): Contender => {
      // Marks belong to one source, as in an app.
      const own = tokens.map(({ auth, digest }): RevocableToken => ({ auth, digest, mark: undefined }));
      const run =
        kind === 'known'
          ? () => checkKnown(filled, own)
          : () => checkOutdated(filled, own, scope, kind === 'whole' ? 20 : 1);
      return { name: String(size), run };
    });
    measured.set(kind, await measureInRounds(title, contenders, rounds));
  }
  return measured;
}

/** Verifies tokens, and returns what the verifier passes to `check` of the revocations. */
export async function tokensOf(
  material: Material,
  scope: Scope,
  changes: TokenChanges,
  count = tokenCount,
): Promise<readonly RevocableToken[]> {
  const tokens: RevocableToken[] = [];
  const check = (token: RevocableToken) => {
    tokens.push(token);
    return 'accepted' as const;
  };
  const verifier = createVerifier({
    issuer: scope.issuer,
    revocations: { ...scope, maxTokenSeconds: 3600, check },
  });
  for (const token of await material.mint(count, changes)) await verifier.verify(token);
  return tokens;
}

/** Tokens that were checked before, while no new entries arrive. */
async function checkKnown(filled: Filled, tokens: readonly RevocableToken[]): Promise<number> {
  checkAll(filled, tokens);
  return measurePasses(filled, tokens, () => {});
}

let arrived = 10_000_000;

/** New entries arrive before each pass, so that cached answers cannot be used. */
async function checkOutdated(
  filled: Filled,
  tokens: readonly RevocableToken[],
  scope: Scope,
  entries: number,
): Promise<number> {
  const arrive = (): void => filled.receive(Array.from({ length: entries }, () => entryText(scope, 'user', arrived++)));
  return measurePasses(filled, tokens, arrive);
}

/** Measures the processor time of this thread, which other programs do not affect. It has a resolution of some milliseconds. */
function measurePasses(filled: Filled, tokens: readonly RevocableToken[], before: () => void): number {
  const begun = process.threadCpuUsage();
  for (let pass = 0; pass < passes; pass++) {
    before();
    checkAll(filled, tokens);
  }
  const { user, system } = process.threadCpuUsage(begun);
  return ((user + system) / (passes * tokens.length)) * 1_000;
}

function checkAll({ revocations }: Filled, tokens: readonly RevocableToken[]): void {
  let accepted = 0;
  for (const token of tokens) if (revocations.check(token) === 'accepted') accepted += 1;
  if (accepted !== tokens.length) throw new Error('A token was refused that should be accepted.');
}
