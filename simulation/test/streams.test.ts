import fc from 'fast-check';
import { expect, test } from 'vitest';
import { streamsFaults } from '../src/faults/streams.ts';
import { repository } from '../src/product/bundle.ts';
import { loadProduct } from '../src/product/product.ts';
import { runPlan } from '../src/scenario.ts';
import type { StreamsPlan } from '../src/scenarios/streams/plan.ts';
import { streams } from '../src/scenarios/streams/streams.ts';

const product = await loadProduct({ parts: streams.parts, root: repository });

/** A plan in which nothing goes wrong. */
const quiet: StreamsPlan = {
  maxTtlSeconds: 300,
  drainTtlSeconds: 60,
  storeHasClock: true,
  storeAheadMs: 0,
  nodes: [0, 400],
  operators: [0, 0],
  driftPpm: [0],
  lagMs: 700,
  answersJson: false,
  campaigns: [{ leaked: false, goesBack: false, isPersistent: true, restMs: 0, steps: [], traps: [], clients: [] }],
};

test('a rotation in which nothing goes wrong drains, flips and is done', async () => {
  const { violation, trace } = await runPlan(streams, quiet, 1, product);
  expect(violation).toBeUndefined();
  const steps = trace.filter((line) => /o0 .*(says|holds|cleared|done)/.test(line)).map((line) => line.slice(25));
  expect(steps).toEqual([
    'run #1 a>b: the note says a>b',
    'run #1 a>b: the slot holds b',
    'run #1 a>b: the note is cleared',
    'run #1 a>b: done',
  ]);
});

test('the same plan and seed give the same trace', async () => {
  const [plan = quiet] = fc.sample(streams.plans, { seed: 85, numRuns: 1 });
  const { trace } = await runPlan(streams, plan, 85, product);
  expect((await runPlan(streams, plan, 85, product)).trace).toEqual(trace);
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])('no statement is broken in the world of seed %i', async (seed) => {
  const [plan = quiet] = fc.sample(streams.plans, { seed, numRuns: 1 });
  expect((await runPlan(streams, plan, seed, product)).violation).toBeUndefined();
});

test('a drain that is too short is found in a rotation in which nothing goes wrong', async () => {
  const fault = streamsFaults.find(({ name }) => name === 'the drain lasts as long as a short token');
  const changes = fault?.changes ?? [];
  const { violation } = await runPlan(
    streams,
    quiet,
    1,
    await loadProduct({ parts: streams.parts, root: repository, changes }),
  );
  expect(violation).toMatchObject({ statement: 34 });
});
