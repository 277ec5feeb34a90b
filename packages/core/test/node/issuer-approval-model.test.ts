import fc from 'fast-check';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type ApproveResult, createTokenVerifier } from '../../src/index.ts';
import { makeKeyEndpoint } from '../key-endpoint.ts';
import { makeKey, mint } from '../mint.ts';
import { outcomeOf } from '../outcome.ts';

// Random histories of a tenant: it comes, goes, and changes its environments, while its database is slow, hangs or fails. Every
// `accepted` must follow from the newest answer, and a tenant that has not changed must never be refused.

const acme = 'https://acme.torii.test';
const environments = ['env_1', 'env_2'] as const;
const rememberMs = 60_000;
const timeoutMs = 1_000;

let fetch: typeof globalThis.fetch;
let tokens: readonly string[];
beforeAll(async () => {
  const key = await makeKey();
  ({ fetch } = makeKeyEndpoint(key));
  tokens = await Promise.all(
    environments.map((pid) => mint(key, { iss: acme, pid, iat: 1_767_225_600, exp: 1_767_312_000 })),
  );
});
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'] });
  vi.spyOn(console, 'warn').mockReturnValue();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** A row of the table: the accepted environments, or `null` if there is no such tenant. */
type Row = readonly string[] | null;

const row: fc.Arbitrary<Row> = fc.constantFrom(null, ['env_1'], ['env_2'], ['env_1', 'env_2']);
const step = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('row' as const), row }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('database' as const),
      delayMs: fc.constantFrom(0, 0, 0, 300, 1_500, 40_000, Infinity),
      fails: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      ms: fc.constantFrom(1, 900, 10_000, 29_999, 30_000, 60_000),
    }),
  },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('ask' as const), environment: fc.constantFrom(0, 1) }) },
);

/** Advances the clock only while no signature is being verified, which happens on another thread. */
async function settled(asking: Promise<string>): Promise<string> {
  let outcome: string | undefined;
  void asking.then((result) => {
    outcome = result;
  });
  for (;;) {
    for (let turn = 0; turn < 20; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
      if (outcome !== undefined) return outcome;
    }
    await vi.advanceTimersByTimeAsync(250);
  }
}

interface Call {
  readonly startedAt: number;
  endedAt: number;
  readonly row: Row;
}

const accepts = (call: Call | undefined, environment: string | undefined): boolean =>
  call?.row?.some((each) => each === environment) === true;

test('[6] [9] [11] a tenant is accepted if the newest answer says so, and not longer than it is remembered', async () => {
  await fc.assert(
    fc.asyncProperty(row, fc.array(step, { minLength: 5, maxLength: 40 }), async (first, steps) => {
      vi.setSystemTime(1_767_225_600_000);
      let [table, delayMs, fails, isCalm] = [first, 0, false, true];
      const calls: Call[] = [];
      const approve = async (): Promise<ApproveResult> => {
        const call: Call = { startedAt: Date.now(), endedAt: Infinity, row: table };
        const mustFail = fails;
        calls.push(call);
        if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, Math.min(delayMs, 2 ** 31 - 1)));
        if (mustFail) throw new Error('The database is down.');
        call.endedAt = Date.now();
        return call.row && { issuer: acme, environmentId: call.row };
      };
      const verifier = createTokenVerifier({
        issuer: { approve, rememberSeconds: rememberMs / 1000, timeoutMs },
        fetch,
      });

      for (const each of steps) {
        if (each.kind === 'row') {
          table = each.row;
          isCalm = false;
        } else if (each.kind === 'database') {
          ({ delayMs, fails } = each);
          isCalm = isCalm && delayMs === 0 && !fails;
        } else if (each.kind === 'wait') await vi.advanceTimersByTimeAsync(each.ms);
        else {
          const [askedAt, environment] = [Date.now(), environments[each.environment]];
          const before = calls.filter(({ endedAt }) => endedAt <= askedAt);
          const asking = outcomeOf(verifier.verify(tokens[each.environment]));
          const outcome = await settled(asking);
          const young = ({ startedAt }: Call): boolean => startedAt >= askedAt - rememberMs;
          const during = calls.filter((call) => call.endedAt < Infinity && !before.includes(call));
          const mayAccept = [before.filter(young).at(-1), ...during].some((call) => accepts(call, environment));
          if (outcome === 'accepted') expect(mayAccept).toBe(true);
          if (isCalm) {
            const expected = table === null ? 'issuer_refused' : 'environment_refused';
            expect(outcome).toBe(table?.some((one) => one === environment) ? 'accepted' : expected);
          }
        }
      }
    }),
    { numRuns: 150 },
  );
});
