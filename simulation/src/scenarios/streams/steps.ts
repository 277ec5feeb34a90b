import type { World } from '../../world/world.ts';
import type { CallRules } from './call-rules.ts';
import type { Connections } from './connections.ts';
import { gatewayOrigin, storeOrigin } from './connections.ts';
import type { Gateway } from './gateway.ts';
import type { Health } from './health.ts';
import { type KeyName, keyNames, keyOf } from './keys.ts';
import type { Nodes } from './nodes.ts';
import type { Operators } from './operators.ts';
import type { Actor, Meddling, Moment, Step } from './plan.ts';
import { noteBucket, type Store, slotBucket } from './store.ts';

/** Takes the steps of a plan. */
export class Steps {
  readonly #world: World;
  readonly #store: Store;
  readonly #gateway: Gateway;
  readonly #health: Health;
  readonly #connections: Connections;
  readonly #operators: Operators;
  readonly #nodes: Nodes;
  readonly #calls: CallRules;

  constructor(
    world: World,
    store: Store,
    gateway: Gateway,
    health: Health,
    connections: Connections,
    operators: Operators,
    nodes: Nodes,
    calls: CallRules,
  ) {
    this.#world = world;
    this.#store = store;
    this.#gateway = gateway;
    this.#health = health;
    this.#connections = connections;
    this.#operators = operators;
    this.#nodes = nodes;
    this.#calls = calls;
  }

  take(step: Step & { readonly at: Moment }): void {
    const { schedule, network } = this.#world;
    const { intent } = this.#operators;
    switch (step.kind) {
      case 'operator':
        this.#operators.act(step.operator, step.action);
        return;
      case 'freeze': {
        const process = this.#processOf(step.process);
        if (process.isFrozen || process.isDead) return;
        const end = this.#health.begin(process.name);
        process.freeze(step);
        schedule.after(step.forMs, () => {
          process.thaw();
          end();
        });
        return;
      }
      case 'crash': {
        const { role, number } = step.process;
        this.#health.disturb(this.#processOf(step.process).name, step.forMs);
        if (role === 'operator') this.#operators.crash(number, step.forMs);
        else if (!this.#nodes.process(number).isDead) this.#nodes.crash(number, step.forMs);
        return;
      }
      case 'clock': {
        const process = this.#processOf(step.process);
        this.#calls.noteClock(process);
        process.setWallClock(step.byMs);
        this.#calls.noteClock(process);
        this.#health.disturb(process.name);
        return;
      }
      case 'link': {
        const { name } = this.#processOf(step.process);
        const origin = step.to === 'store' ? storeOrigin : gatewayOrigin;
        const end = this.#health.begin(`${name} ${step.to}`);
        network.setLink(name, origin, step.lost ? 'lost' : 'refused');
        schedule.after(step.forMs, () => {
          network.setLink(name, origin, 'open');
          end();
        });
        return;
      }
      case 'gateway': {
        if (this.#gateway.mode !== 'open') return;
        this.#gateway.setMode(step.mode);
        this.#world.note('gateway', step.mode);
        const end = this.#health.begin('gateway');
        schedule.after(step.forMs, () => {
          this.#gateway.setMode('open');
          this.#world.note('gateway', 'is well');
          this.#gateway.look();
          end();
        });
        return;
      }
      case 'file': {
        const { from, to } = intent;
        const third = keyNames.find((name) => name !== from && name !== to) ?? 'c';
        const key = { from, to, third }[step.key];
        this.#gateway.setFile(key);
        const end = this.#health.begin('gateway');
        schedule.after(step.forMs, () => {
          this.#gateway.setFile(null);
          end();
        });
        return;
      }
      case 'store': {
        if (this.#connections.storeMode !== 'open') return;
        this.#connections.setStoreMode(step.mode);
        this.#world.note('store', step.mode);
        const end = this.#health.begin('store');
        schedule.after(step.forMs, () => {
          this.#connections.setStoreMode('open');
          this.#world.note('store', 'is well');
          end();
        });
        return;
      }
      case 'meddle':
        this.#gateway.isFlip = false;
        this.#world.note('store', step.how);
        this.#health.disturb('meddled');
        this.#meddle(step.how);
        return;
      case 'old node':
        this.#nodes.deploy(step.node, [intent.from], true);
        return;
    }
  }

  #processOf({ role, number }: Actor) {
    return role === 'operator' ? this.#operators.machine(number).process : this.#nodes.process(number);
  }

  #meddle(how: Meddling): void {
    const { from, to } = this.#operators.intent;
    const third = keyNames.find((name) => name !== from && name !== to) ?? 'c';
    const put = (key: KeyName): void => void this.#store.put(slotBucket, keyOf(key).publicPem);
    switch (how) {
      case 'put from':
        put(from);
        return;
      case 'put to':
        put(to);
        return;
      case 'put third':
        put(third);
        return;
      case 'put escaped':
        this.#store.put(slotBucket, keyOf(from).publicPem.replaceAll('\n', '\\n'));
        return;
      case 'put garbage':
        this.#store.put(slotBucket, 'not a key');
        return;
      case 'delete':
        this.#store.put(slotBucket, null);
        return;
      case 'lose buckets':
        this.#store.loseBuckets();
        return;
      case 'roll back':
        this.#store.rollBack();
        return;
      case 'spoil note':
        this.#store.put(noteBucket, '{"from":');
        return;
    }
  }
}
