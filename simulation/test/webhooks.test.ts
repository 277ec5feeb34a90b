import { expect, test } from 'vitest';
import { webhooksFaults } from '../src/faults/webhooks.ts';
import { type PlantedChange, repository } from '../src/product/bundle.ts';
import { loadProduct } from '../src/product/product.ts';
import { runPlan } from '../src/scenario.ts';
import { goodLookups, type Step, type WebhookPlan } from '../src/scenarios/webhooks/plan.ts';
import { webhooks } from '../src/scenarios/webhooks/webhooks.ts';
import { silentConnection } from '../src/world/store-connection.ts';

const load = (changes: readonly PlantedChange[] = []) =>
  loadProduct({ parts: webhooks.parts, root: repository, changes });
const product = await load();

/** An event that a process gets at a time, and what its handler does at first. */
const event = (atMs: number, more: Partial<Extract<Step, { readonly kind: 'event' }>> = {}): Step => ({
  kind: 'event',
  atMs,
  to: 0,
  copies: [],
  works: [],
  form: 'text',
  story: null,
  loss: null,
  beyondMaxBytes: null,
  losesAnswers: 0,
  ...more,
});

const planWith = (...steps: readonly Step[]): WebhookPlan => ({
  processes: [0, 0].map((aheadMs) => ({ aheadMs, driftPpm: 0 })),
  store: 'shared',
  connection: silentConnection,
  isMemoryFull: false,
  listener: 'returns',
  announcer: null,
  receivers: 1,
  leaseSeconds: 60,
  toleranceSeconds: 300,
  rememberSeconds: 601,
  maxBytes: 1_000,
  latencyMs: 30,
  sender: { aheadMs: 0, retrySeconds: [1, 5, 30, 120] },
  rotation: null,
  steps,
});

const withoutRetries = (...steps: readonly Step[]): WebhookPlan => ({
  ...planWith(...steps),
  sender: { aheadMs: 0, retrySeconds: [] },
});

/** What the processes answered and handled, without times. */
async function runOf(plan: WebhookPlan): Promise<readonly string[]> {
  const { violation, trace } = await runPlan(webhooks, plan, 1, product);
  expect(violation).toBeUndefined();
  const until = trace.findIndex((line) => line.includes('all faults are over'));
  return trace
    .slice(0, until)
    .filter((line) => !line.includes('header_missing'))
    .flatMap(
      (line) => /(p\d) +((?:answers|handles|has handled|fails to handle).*)/.exec(line)?.slice(1, 3).join(' ') ?? [],
    );
}

/** Keeps the world going up to a time without faults. */
const later = (atMs: number): Step => ({
  kind: 'replay',
  atMs,
  of: 0,
  to: 0,
  alteration: 'no signature',
  edgeMs: null,
});

test('[29] an event whose process crashes is handled by another one when the lease ends', async () => {
  const lines = await runOf(
    withoutRetries(
      event(1_000, { works: [{ takesMs: 5_000, ends: 'done' }] }),
      {
        kind: 'disturbance',
        atMs: 2_000,
        disturbance: { kind: 'crash', process: 0, atMs: 2_000, restartAfterMs: 60_000 },
      },
      { kind: 'again', atMs: 50_000, of: 0, to: 1, age: null, lookups: goodLookups },
      { kind: 'again', atMs: 62_000, of: 0, to: 1, age: null, lookups: goodLookups },
      later(63_000),
    ),
  );
  expect(lines).toEqual([
    'p0 handles evt_00000 in delivery 1',
    'p1 answers delivery 2 with 503 in_progress',
    'p1 handles evt_00000 in delivery 3',
    'p1 has handled evt_00000',
    'p1 answers delivery 3 with 200 handled',
  ]);
});

test('[38] while the store is down nothing is handled, and a retry is', async () => {
  const lines = await runOf(
    planWith(
      {
        kind: 'disturbance',
        atMs: 0,
        disturbance: { kind: 'link', process: null, server: 0, atMs: 0, forMs: 6_500, link: 'lost' },
      },
      event(1_000),
      later(60_000),
    ),
  );
  const handled = lines.indexOf('p0 handles evt_00000 in delivery 1');
  expect(handled).toBe(-1);
  expect(lines[0]).toBe('p0 answers delivery 1 with 503 store_unavailable');
  expect(lines.filter((line) => line.includes('has handled'))).toHaveLength(1);
});

test('the same plan and seed give the same trace', async () => {
  const plan = planWith(event(1_000, { copies: [{ to: 1, afterMs: 0 }] }), later(2_000));
  const { trace } = await runPlan(webhooks, plan, 3, product);
  expect((await runPlan(webhooks, plan, 3, product)).trace).toEqual(trace);
});

test('a lease that is kept when the handler fails is found', async () => {
  const fault = webhooksFaults.find(({ name }) => name === 'a lease is kept when the handler fails');
  const plan = planWith(event(1_000, { works: [{ takesMs: 0, ends: 'throws' }] }), later(10_000));
  const { violation } = await runPlan(webhooks, plan, 1, await load(fault?.changes));
  expect(violation).toMatchObject({ statement: 29 });
  expect((await runPlan(webhooks, plan, 1, product)).violation).toBeUndefined();
});
