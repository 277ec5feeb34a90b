import fc from 'fast-check';
import { createLocalJWKSet, type JWTVerifyOptions, jwtVerify } from 'jose';
import type { Verifier, VerifierOptions } from '../../src/index.ts';
import { issuer } from '../mint.ts';
import { outcomeOf } from '../outcome.ts';
import { forge, keys } from './forge.ts';
import { nowSeconds } from './members.ts';
import { anyRecipe } from './recipes.ts';
import { readLoosely, type Statement, statements } from './statements.ts';

/** The options for audience and environment. */
export interface Rules {
  readonly audience?: readonly string[];
  readonly environmentId?: readonly string[];
}

const audience = ['api', 'web'];
const rulesets: readonly Rules[] = [{ audience }, { audience, environmentId: ['env_1', 'env_2'] }, {}];
// Without an audience, most of the generated tokens are refused for the same reason.
const anyRuleset = fc.oneof({ weight: 9, arbitrary: fc.nat(1) }, { weight: 1, arbitrary: fc.constant(2) });

/** The result of a comparison: agreement, or the statement for which only this package refuses the token. */
type Verdict = 'both accept' | 'both refuse' | Statement;

/** Counts the verdicts. */
export class Tally {
  readonly counts: Map<Verdict, number> = new Map();
  readonly #distinct = new Set<string>();

  add(token: string, verdict: Verdict): void {
    this.#distinct.add(token);
    this.counts.set(verdict, (this.counts.get(verdict) ?? 0) + 1);
  }

  count(verdict: Verdict): number {
    return this.counts.get(verdict) ?? 0;
  }

  get distinct(): number {
    return this.#distinct.size;
  }

  /** A line for each verdict. */
  describe(): string {
    const rows: [string, number][] = [
      ['distinct tokens', this.distinct],
      ['both accept', this.count('both accept')],
      ['both refuse', this.count('both refuse')],
      ...statements.map((each): [string, number] => [
        `[${each.number}] ${each.says}: only jose accepts`,
        this.count(each),
      ]),
    ];
    return rows.map(([name, count]) => `${name.padEnd(70)}${String(count).padStart(8)}`).join('\n');
  }
}

/** A token on which a verifier and jose disagree without a reason. */
export interface Difference {
  readonly what: string;
  /** The smallest counterexample: a recipe, and the index of the rules. */
  readonly recipe: string;
}

/**
 * Compares a verifier with jose. The verifier must accept exactly the tokens that jose accepts, except those that a statement
 * forbids. Returns the first difference.
 */
export async function compareWithJose(
  createVerifier: (options: VerifierOptions) => Pick<Verifier, 'verify'>,
  { seed, numRuns, tally = new Tally() }: { seed: number; numRuns: number; tally?: Tally },
): Promise<Difference | undefined> {
  const verifiers = rulesets.map((rules) => createVerifier({ issuer, keys, ...rules }));
  const property = fc.asyncProperty(anyRecipe, anyRuleset, async (recipe, index) => {
    const [verifier, rules] = [verifiers[index], rulesets[index]];
    if (verifier === undefined || rules === undefined) throw new Error('No rules have this index.');
    const token = await forge(recipe);
    tally.add(token, await judge(token, rules, await outcomeOf(verifier.verify(token))));
  });
  const { failed, errorInstance, counterexample } = await fc.check(property, { seed, numRuns });
  return failed ? { what: String(errorInstance), recipe: fc.stringify(counterexample) } : undefined;
}

async function judge(token: string, rules: Rules, outcome: string): Promise<Verdict> {
  if (!(await joseAccepts(token, rules))) {
    if (outcome === 'accepted') throw new Error(`accepted, but jose refuses: ${token}`);
    return 'both refuse';
  }
  const loose = readLoosely(token, rules);
  const broken = statements.filter(({ applies }) => applies(loose));
  if (outcome === 'accepted') {
    if (broken[0] === undefined) return 'both accept';
    throw new Error(`accepted, against [${broken[0].number}] ${broken[0].says}: ${token}`);
  }
  const why = broken.find(({ reason }) => reason === outcome);
  if (why === undefined) throw new Error(`refused with ${outcome}, which no statement requires: ${token}`);
  return why;
}

const keysOfJose = createLocalJWKSet(keys);

async function joseAccepts(token: string, { audience }: Rules): Promise<boolean> {
  const options: JWTVerifyOptions = {
    issuer: [issuer, `${issuer}/`],
    algorithms: ['ES256'],
    clockTolerance: 30,
    currentDate: new Date(nowSeconds * 1000),
    ...(audience && { audience: [...audience] }),
  };
  return jwtVerify(token, keysOfJose, options).then(
    () => true,
    () => false,
  );
}
