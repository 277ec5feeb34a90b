import type { Scenario } from '../../scenario.ts';
import type { ProcessOptions } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import { CallRules } from './call-rules.ts';
import { Connections } from './connections.ts';
import { Gateway } from './gateway.ts';
import { Health } from './health.ts';
import { type KeyName, keyNames, nameOfKeyId, nameOfPem } from './keys.ts';
import { Nodes } from './nodes.ts';
import { Operators } from './operators.ts';
import type { Anchor, Campaign, Moment, StreamsPlan } from './plan.ts';
import { streamsPlans } from './plans.ts';
import { watchQuestion } from './questions.ts';
import { Steps } from './steps.ts';
import { noteOf, Store } from './store.ts';
import { TokenRules } from './token-rules.ts';
import { WriteRules } from './write-rules.ts';

/** How long nodes of the old release mint before a rotation, and how long a campaign goes on after the drain. */
const beforeMs = 3_000;
const afterMs = 120_000;

/** Rotations of the key of stream tokens: several deploys, nodes that mint, clients that connect, and a gateway with one key. */
export const streams: Scenario<StreamsPlan> = {
  name: 'streams',
  statements: [28, 34, 36, 38],
  parts: ['streams'],
  plans: streamsPlans,
  processHoursOf: (plan) =>
    ((plan.campaigns.length * lengthOf(plan) + plan.campaigns.reduce((sum, { restMs }) => sum + restMs, 0)) *
      (plan.nodes.length + plan.operators.length)) /
    3_600_000,
  run,
};

function lengthOf({ maxTtlSeconds }: StreamsPlan): number {
  return beforeMs + (maxTtlSeconds + 2) * 1_000 + afterMs;
}

async function run(world: World, plan: StreamsPlan): Promise<void> {
  const lifetimes = { maxTtlSeconds: plan.maxTtlSeconds, drainTtlSeconds: plan.drainTtlSeconds };
  const store = new Store(world, plan.storeHasClock, plan.storeAheadMs);
  const gateway = new Gateway(world, store, plan.lagMs, plan.answersJson);
  const health = new Health(world);
  const writes = new WriteRules(world, store, gateway, plan.maxTtlSeconds);
  const calls = new CallRules(world, store, gateway, health, writes, lifetimes);
  const tokens = new TokenRules(world, gateway, health, lifetimes);
  const connections = new Connections(world, store, gateway, health, writes);
  const operators = new Operators(world, connections, calls, health, lifetimes, clocksOf(plan, plan.operators, 3));
  const nodes = new Nodes(world, connections, calls, tokens, lifetimes, clocksOf(plan, plan.nodes, 0));
  const steps = new Steps(world, store, gateway, health, connections, operators, nodes, calls);
  store.onSlotChanged = () => gateway.slotChanged();
  connections.onReached = (process) => nodes.reached(process);
  world.network.onFetch = (fetched) => watchQuestion(world, fetched, (process, key) => nodes.answered(process, key));
  tokens.clockSlackMs = clockSlackOf(plan);

  let before: KeyName | undefined;
  for (const campaign of plan.campaigns) {
    const held = nameOfPem(store.slot?.value) ?? 'a';
    const note = noteOf(store.note);
    const isDraining = nameOfKeyId(note?.from) === held;
    const rest = keyNames.filter((name) => name !== held);
    const isBack = campaign.goesBack && before !== undefined && before !== held;
    const planned = isBack ? before : rest.find((name) => name !== before);
    const to = (isDraining ? nameOfKeyId(note?.to) : planned) ?? 'b';
    before = held;
    const startMs = world.nowMs + beforeMs;
    endWork(operators, calls);
    operators.prepare({ from: held, to, isLeaked: campaign.leaked }, campaign.traps);
    // Without a cancel, nodes must not go back to long tokens.
    if (!isDraining) nodes.deployAll([held]);
    for (let number = 0; number < nodes.size; number++) {
      nodes.connect({ ...steady, node: number }, startMs - 1_000 + number);
    }
    world.schedule.at(startMs - 500, () => nodes.deployAll([held, to]));
    world.schedule.at(startMs, () => operators.reach('start'));
    place(world, campaign, startMs, 'start', steps, nodes);
    let isBegun = false;
    writes.onNote = () => {
      if (isBegun) return;
      isBegun = true;
      operators.reach('note');
      const endMs = world.nowMs + (plan.maxTtlSeconds + 2) * 1_000;
      place(world, campaign, world.nowMs, 'note', steps, nodes);
      place(world, campaign, endMs, 'drain end', steps, nodes);
      world.schedule.at(endMs - 1_000, () => operators.reach('drain end'));
    };
    const persist = { left: 12 };
    operators.onFailed = (number, call) => {
      if (!campaign.isPersistent || call.purpose.kind !== 'run' || call.abortedAtMs !== undefined) return;
      if (call.canceledAtMs !== undefined || persist.left-- <= 0) return;
      operators.runAfter(10_000, number);
    };
    if (campaign.isPersistent) {
      operators.runAfter(beforeMs + 100, 0);
    }
    await world.runUntil(world.nowMs + lengthOf(plan));
    endWork(operators, calls);
    await world.runUntil(world.nowMs + campaign.restMs);
    if (world.violation !== undefined) return;
  }
}

/** What is still under way belongs to the past, unless it was canceled: then it must stay without effect. */
function endWork(operators: Operators, calls: CallRules): void {
  for (const [number, { process }] of operators.machines.entries()) {
    const left = calls.calls.filter((call) => call.isActive && call.process === process);
    if (process.isDead || left.some(({ canceledAtMs }) => canceledAtMs === undefined)) operators.restart(number);
  }
}

const steady = {
  at: { anchor: 'start', afterMs: 0 },
  node: 0,
  times: 40,
  everyMs: 2_000,
  keeps: true,
  ttl: 'longest',
  crowd: 1,
  asks: 'plain',
} as const;

function place(world: World, campaign: Campaign, zeroMs: number, anchor: Anchor, steps: Steps, nodes: Nodes): void {
  const timeOf = (at: Moment): number => zeroMs + at.afterMs;
  for (const step of campaign.steps) {
    if (step.at.anchor === anchor) world.schedule.at(timeOf(step.at), () => steps.take(step));
  }
  for (const client of campaign.clients) {
    if (client.at.anchor === anchor) {
      nodes.connect({ ...client, at: client.at }, timeOf(client.at));
    }
  }
}

function clocksOf({ driftPpm }: StreamsPlan, aheadMs: readonly number[], first: number): readonly ProcessOptions[] {
  return aheadMs.map((ahead, number) => ({
    aheadMs: ahead,
    driftPpm: driftPpm[(first + number) % driftPpm.length] ?? 0,
  }));
}

/** A machine that is fast flips too early, and a node that is fast mints tokens that end too late. */
function clockSlackOf(plan: StreamsPlan): number {
  const fastest = Math.max(0, ...plan.operators) + Math.max(0, -plan.storeAheadMs);
  return fastest + Math.max(0, ...plan.nodes) + 120_000;
}
