import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { renewalFaults } from '../src/faults/renewal.ts';
import { type PlantedChange, repository } from '../src/product/bundle.ts';
import { NextResponse } from '../src/product/next-server.ts';
import { loadProduct } from '../src/product/product.ts';
import { runPlan } from '../src/scenario.ts';
import type { Mood, RenewalPlan, Step, Visit } from '../src/scenarios/renewal/plan.ts';
import { renewal } from '../src/scenarios/renewal/renewal.ts';

const load = (changes: readonly PlantedChange[] = []) =>
  loadProduct({ parts: renewal.parts, root: repository, changes });
const product = await load();

const mood = (more: Partial<Mood>, forMs: number): Step => ({
  kind: 'mood',
  endpoint: 'renewal',
  mood: { mode: 'status', ms: 0, status: 503, retryAfterS: null, ...more },
  forMs,
  againAfterMs: [],
});
const visit = (more: Partial<Visit> = {}, ...copiesAfterMs: readonly number[]): Step => ({
  kind: 'visit',
  visit: {
    ...{ process: 0, browser: 0, kind: 'navigation', own: 'none', handler: 'none', slowMs: 0, isGuarded: true },
    ...more,
  },
  copiesAfterMs,
});
const planOf = (...steps: RenewalPlan['steps']): RenewalPlan => ({
  processes: [{ aheadMs: 0, driftPpm: 0 }],
  browsers: 1,
  lifetimeS: 300,
  templateLifetimeS: 120,
  templateSays: 'claims',
  rotates: 'never',
  hasRevocations: true,
  steps,
});

async function linesOf(plan: RenewalPlan): Promise<readonly string[]> {
  const { violation, trace } = await runPlan(renewal, plan, 1, product);
  expect(violation).toBeUndefined();
  return trace.map((line) => line.replace(/^ *\S+ +/, '').replace(/ +/g, ' '));
}

test('tabs that navigate at once cause one request to the issuer, and each passes', async () => {
  const lines = await linesOf(planOf({ atMs: 1_000, step: visit({}, 0, 1, 2) }));
  expect(lines.filter((line) => line.includes('asks for a renewal'))).toHaveLength(1);
  expect(lines.filter((line) => line.endsWith(': passes'))).toHaveLength(4);
});

test('during an outage, a visitor who tries each second causes requests after 1, 3, 7 and 15 seconds', async () => {
  const each = Array.from({ length: 20 }, (_, n) => (n + 1) * 1_001);
  const lines = await linesOf(planOf({ atMs: 0, step: mood({}, 60_000) }, { atMs: 1_000, step: visit({}, ...each) }));
  const asked = lines.filter((line) => line.includes('asks for a renewal'));
  expect(asked).toHaveLength(5);
});

test('requests that must not be renewed are not, and a session that has ended stays so', async () => {
  const lines = await linesOf(
    planOf(
      { atMs: 1_000, step: visit({ kind: 'prefetch of the browser' }) },
      { atMs: 2_000, step: visit({ kind: 'form of another site' }) },
      { atMs: 3_000, step: { kind: 'session', browser: 0, act: 'ends' } },
      { atMs: 4_000, step: visit({}, 1, 5_000) },
    ),
  );
  expect(lines.filter((line) => line.includes('asks for a renewal'))).toHaveLength(1);
  expect(lines.filter((line) => line.endsWith(': 307'))).toHaveLength(4);
});

test.each([
  ['requests that come together ask one by one', planOf({ atMs: 1_000, step: visit({}, 0, 1) })],
  ['a frame is renewed', planOf({ atMs: 1_000, step: visit({ kind: 'frame' }) })],
  ['a token of another user is used', planOf({ atMs: 1_000, step: visit({ own: 'of another user' }) })],
])('finds that %s', async (name, plan) => {
  const fault = renewalFaults.find((each) => each.name === name);
  const source = await load(fault?.changes);
  expect((await runPlan(renewal, plan, 1, source)).violation?.statement).toBeGreaterThan(0);
  expect((await runPlan(renewal, plan, 1, product)).violation).toBeUndefined();
});

test('the responses of the bundle have the headers of those of Next', () => {
  const require = createRequire(join(repository, 'packages', 'next', 'package.json'));
  const file: string = 'next/server.js';
  const next = require(file) as { readonly NextResponse: typeof NextResponse };
  for (const init of [{}, { request: { headers: new Headers({ cookie: 'a=1; b=2', host: 'app.test' }) } }]) {
    const [own, real] = [NextResponse, next.NextResponse].map((response) => [...response.next(init).headers]);
    expect(own).toEqual(real);
  }
});
