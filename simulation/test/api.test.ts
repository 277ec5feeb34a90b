import { expect, test } from 'vitest';
import { announcementFaults } from '../src/faults/announcements.ts';
import { apiFaults } from '../src/faults/api.ts';
import { type PlantedChange, repository } from '../src/product/bundle.ts';
import { loadProduct } from '../src/product/product.ts';
import { runPlan } from '../src/scenario.ts';
import { api } from '../src/scenarios/api/api.ts';
import { type ApiPlan, type Behaviour, type CallStep, type Incident, plainCall } from '../src/scenarios/api/plan.ts';

const load = (changes: readonly PlantedChange[] = []) => loadProduct({ parts: api.parts, root: repository, changes });
const product = await load();

const call = (operation: CallStep['operation'], more: Partial<CallStep> = {}): CallStep => ({
  ...plainCall,
  atMs: 1_000,
  operation,
  ...more,
});

const error = (status: number, more: Partial<Extract<Behaviour, { readonly kind: 'error' }>> = {}): Behaviour => ({
  kind: 'error',
  status,
  works: false,
  retryAfter: null,
  body: 'problem',
  afterMs: 0,
  end: 'whole',
  ...more,
});

const good: Behaviour = { kind: 'answer', afterMs: 0, end: 'whole' };

/** One process, whose requests meet these behaviours in turn. */
const process: ApiPlan['processes'][number] = {
  aheadMs: 0,
  driftPpm: 0,
  timeoutMs: null,
  maxRetries: null,
  usesOwnFetch: false,
  hasGateway: false,
  revocations: 'none',
  announceSessions: true,
  listener: 'returns',
};

const planWith = (calls: readonly CallStep[], steps: readonly Behaviour[], more: Partial<Incident> = {}): ApiPlan => ({
  latencyMs: [10, 10],
  dates: 'right',
  processes: [process],
  users: 4,
  pageSize: 2,
  incidents: [{ gapMs: 0, faults: [{ fromMs: 0, forMs: 60_000, steps }], calls, disturbances: [], feed: [], ...more }],
  crowd: null,
});

/** How often the API receives a request of the first call, and how often it carries one out. */
async function runOf(plan: ApiPlan): Promise<{ readonly received: number; readonly carriedOut: number }> {
  const { violation, trace } = await runPlan(api, plan, 1, product);
  expect(violation).toBeUndefined();
  const received = trace.filter((line) => /api +call 1 .* arrives/.test(line));
  return { received: received.length, carriedOut: received.filter((line) => line.endsWith('is carried out')).length };
}

test('[31] a read goes on until it succeeds, a create does not', async () => {
  const steps = [error(503), { kind: 'reset', works: true }, good] as const;
  expect(await runOf(planWith([call('get')], steps))).toEqual({ received: 3, carriedOut: 2 });
  expect(await runOf(planWith([call('create')], steps))).toEqual({ received: 1, carriedOut: 0 });
  expect(await runOf(planWith([call('create')], steps.slice(1)))).toEqual({ received: 1, carriedOut: 1 });
});

test('[31] a process that was frozen for longer than its limit sends nothing more', async () => {
  const freeze = { kind: 'freeze', process: 0, atMs: 1_100, forMs: 40_000, stopsSteadyClock: false } as const;
  const plan = planWith([call('get')], [error(503), good], { disturbances: [freeze] });
  expect(await runOf(plan)).toEqual({ received: 1, carriedOut: 0 });
  // By a clock that stops while the machine sleeps, the limit is still ahead.
  const sleep = { ...freeze, stopsSteadyClock: true };
  expect(
    await runOf({ ...plan, incidents: plan.incidents.map((each) => ({ ...each, disturbances: [sleep] })) }),
  ).toEqual({
    received: 2,
    carriedOut: 1,
  });
});

test('[31] waits that do not fit into the time limit are not missed among those that are random', async () => {
  const unsent: Behaviour = { kind: 'failure', number: 0, works: false, afterMs: 0 };
  const plan = planWith([call('get', { count: 200, timeoutMs: 192 })], [unsent, good]);
  expect((await runPlan(api, plan, 1, product)).violation).toBeUndefined();
});

/** The violation in a world whose product has a planted fault. */
async function violationWith(fault: string, plan: ApiPlan): Promise<string | undefined> {
  const changes = [...apiFaults, ...announcementFaults].find(({ name }) => name === fault)?.changes;
  return (await runPlan(api, plan, 1, await load(changes))).violation?.text;
}

const failingFeed: Partial<Incident> = { feed: [{ fromMs: 0, forMs: 60_000, mode: 'fails' }] };

test.each<[string, ApiPlan]>([
  ['403 counts as done after 429', planWith([call('delete')], [error(429), error(403)])],
  [
    'a 403 that is cut off counts as a lost answer',
    planWith([call('delete')], [error(403, { end: 'cut' }), error(403)]),
  ],
  [
    'Retry-After is not random',
    { ...planWith([], []), processes: [], incidents: [], crowd: { processes: 200, retryAfterSeconds: 3 } },
  ],
  [
    'a token stays in the error of its response',
    planWith([call('impersonate')], [error(500, { works: true, body: 'echo' })]),
  ],
  [
    'the second announcement is not waited for',
    { ...planWith([call('ban')], [good], failingFeed), processes: [{ ...process, revocations: 'own' }] },
  ],
])('notices that %s', async (fault, plan) => {
  expect((await runPlan(api, plan, 1, product)).violation).toBeUndefined();
  expect(await violationWith(fault, plan)).not.toBeUndefined();
});
