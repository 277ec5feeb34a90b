import type { Part } from '../../product/product.ts';
import type { Scenario } from '../../scenario.ts';
import type { World } from '../../world/world.ts';
import { restoreMs } from './bounds.ts';
import { msOf, type RevocationsPlan } from './plan.ts';
import { natsPlans, plans, pollPlans } from './plans.ts';
import { Scene } from './scene.ts';
import { Steps } from './steps.ts';
import { timesOf } from './timeline.ts';

const scenario = {
  statements: [34, 36, 40, 41, 42, 43, 44],
  processHoursOf: (plan: RevocationsPlan) => (timesOf(plan).endMs / 3_600_000) * plan.processes.length,
  async run(world: World, plan: RevocationsPlan) {
    const scene = new Scene(world, plan);
    await play(world, plan, scene);
    await settle(world, plan, scene);
  },
};

/** The same for all feeds, so that a thread compiles their code once. */
const parts: readonly Part[] = ['core', 'webhooks', 'revocation', 'redis', 'nats', 'api'];

/** Statements 34 and 40 to 44: nodes that share revocations over one Redis, with all that goes wrong there. */
export const revocations: Scenario<RevocationsPlan> = {
  ...scenario,
  name: 'revocations',
  parts,
  plans,
};

/** The same with a table that is polled. */
export const revocationsPoll: Scenario<RevocationsPlan> = {
  ...scenario,
  name: 'revocations-poll',
  parts,
  plans: pollPlans,
};

/** The same with a key-value bucket of NATS. */
export const revocationsNats: Scenario<RevocationsPlan> = {
  ...scenario,
  name: 'revocations-nats',
  parts,
  plans: natsPlans,
};

async function play(world: World, plan: RevocationsPlan, scene: Scene): Promise<void> {
  const { incidents, endMs } = timesOf(plan);
  const steps = new Steps(scene);
  const starts = [...plan.processes].sort((a, b) => a.startsAtMs - b.startsAtMs);
  for (const options of starts) world.schedule.at(options.startsAtMs, () => scene.fleet.start(options));
  for (const { incident, number, atMs, endMs: untilMs } of incidents) {
    const times: number[] = [];
    for (const [position, { at, step }] of incident.steps.entries()) {
      const stepMs = atMs + msOf(at, plan);
      world.schedule.at(stepMs, () => steps.take(step, `incident ${number} step ${position}`));
      times.push(stepMs, stepMs + ('for' in step ? msOf(step.for, plan) : 0));
    }
    const { requests } = incident;
    world.schedule.at(atMs, () => scene.traffic.send(`incident ${number}`, requests, atMs, untilMs, times));
  }
  await world.runUntil(endMs);
}

/** Nothing happens until every entry is over. */
async function rest(world: World, plan: RevocationsPlan, scene: Scene): Promise<void> {
  if (!plan.rests || plan.maxTokenSeconds > 300) return;
  // From the last arrival of an entry, which may have been ahead of the clock of the store.
  await world.runUntil(world.nowMs + (plan.maxTokenSeconds + 600 + 900 + 200) * 1_000);
  for (const node of scene.living()) if (!node.isClosed) scene.checks.checkMemory(node);
}

/** Everything is well again: every node knows everything, and so does the store. */
async function settle(world: World, plan: RevocationsPlan, scene: Scene): Promise<void> {
  const { store, nodes, traffic, sockets } = scene;
  store.setMode('well');
  for (const { process } of scene.living()) process.thaw();
  await world.runUntil(world.nowMs + Math.max(0, ...nodes.map(restoreMs)) + 2_000);
  traffic.probe('end', 0);
  traffic.probe('end', 1);
  await world.runUntil(world.nowMs + plan.waitMs + 100);
  for (const node of scene.living()) scene.checks.checkStore(node);
  await rest(world, plan, scene);
  sockets.judgeExpired();
  sockets.close();
  // So that a read is under way.
  scene.access.table?.notify();
  await world.runUntil(world.nowMs + 25);
  for (const node of scene.living()) {
    if (node.waiting > 0) world.violate(42, `${node.process.name} leaves requests without an answer`);
    node.onClosing();
    node.isClosed = true;
    node.calm.begin();
    node.process.deliver(() => void node.revocations.close());
  }
  if (scene.access.table !== undefined) {
    await world.runUntil(world.nowMs + 1);
    for (const node of scene.living()) node.judgeClosed();
  }
  await world.runUntil(world.nowMs + 10_000);
  for (const node of scene.living()) node.judgeClosed();
  for (const { process } of scene.living()) {
    if (process.timers > 0) world.violate(36, `${process.name} leaves ${process.timers} timers behind`);
  }
}
