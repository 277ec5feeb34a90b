import type { StreamEvent } from '@torii/streams';
import { endListener, type ListenerEnd } from '../../world/listener.ts';
import type { ProcessOptions, VirtualProcess } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import { Call, type Purpose } from './call.ts';
import type { CallRules } from './call-rules.ts';
import { type Connections, gatewayOrigin } from './connections.ts';
import type { Health } from './health.ts';
import { type KeyName, keyNames, keyOf } from './keys.ts';
import type { Lifetimes } from './lifetimes.ts';
import type { Anchor, OperatorAction, Trap } from './plan.ts';

const ends: readonly ListenerEnd[] = ['returns', 'throws', 'rejects'];

interface Machine {
  process: VirtualProcess;
  readonly clock: ProcessOptions;
  /** Requests since each anchor; `undefined` before it. */
  readonly requests: Map<Anchor, number>;
  lastRun: Call | undefined;
}

/** The keys of the rotation that the operators are told to do. */
export interface Intent {
  readonly from: KeyName;
  readonly to: KeyName;
  readonly isLeaked: boolean;
}

/** The machines that run the plan. */
export class Operators {
  readonly machines: readonly Machine[];
  intent: Intent = { from: 'a', to: 'b', isLeaked: false };
  traps: readonly Trap[] = [];
  /** Called when a call of an operator has ended with an error. */
  onFailed: (machine: number, call: Call) => void = () => {};
  readonly #world: World;
  readonly #connections: Connections;
  readonly #rules: CallRules;
  readonly #health: Health;
  readonly #lifetimes: Lifetimes;
  #calls = 0;
  #campaign = 0;

  constructor(
    world: World,
    connections: Connections,
    rules: CallRules,
    health: Health,
    lifetimes: Lifetimes,
    clocks: readonly ProcessOptions[],
  ) {
    this.#world = world;
    this.#connections = connections;
    this.#rules = rules;
    this.#health = health;
    this.#lifetimes = lifetimes;
    this.machines = clocks.map((clock, number) => ({
      process: world.startProcess(`o${number}`, clock),
      clock,
      requests: new Map(),
      lastRun: undefined,
    }));
    connections.findTrap = (process) => this.#findTrap(process);
  }

  machine(number: number): Machine {
    const machine = this.machines[number % this.machines.length];
    if (machine === undefined) throw new Error('There is no operator.');
    return machine;
  }

  reach(anchor: Anchor): void {
    for (const { requests } of this.machines) requests.set(anchor, 0);
  }

  /** Forgets the traps and anchors of the last campaign. */
  prepare(intent: Intent, traps: readonly Trap[]): void {
    this.intent = intent;
    this.traps = traps;
    this.#campaign += 1;
    for (const { requests } of this.machines) requests.clear();
  }

  /** Runs the plan as told, unless the campaign is over by then. */
  runAfter(ms: number, number: number): void {
    const campaign = this.#campaign;
    this.#world.schedule.after(ms, () => {
      if (campaign !== this.#campaign) return;
      this.act(number, { kind: 'run', direction: 'planned', leaked: this.intent.isLeaked });
    });
  }

  restart(number: number): void {
    const machine = this.machine(number);
    machine.process.crash();
    machine.process = this.#world.startProcess(machine.process.name, machine.clock);
  }

  /** Crashes a machine. The deploy that ran on it runs again afterwards. */
  crash(number: number, forMs: number): void {
    const machine = this.machine(number);
    if (machine.process.isDead) return;
    const wasRunning = machine.lastRun?.isActive === true;
    const campaign = this.#campaign;
    machine.process.crash();
    this.#world.schedule.after(forMs, () => {
      this.restart(number);
      if (wasRunning && campaign === this.#campaign) this.runAfter(0, number);
    });
  }

  act(number: number, action: OperatorAction): void {
    const machine = this.machine(number);
    if (action.kind === 'stop') {
      const call = machine.lastRun;
      if (call?.isActive !== true || call.abortedAtMs !== undefined) return;
      machine.process.deliver(() => {
        this.#world.note(machine.process.name, `${call.name}: its signal is aborted`);
        call.abortedAtMs = this.#world.nowMs;
        call.signal.abort(new Error('stopped'));
      });
      return;
    }
    const purpose = this.#purposeOf(action);
    const campaign = this.#campaign;
    machine.process.deliver(() => {
      if (campaign === this.#campaign) this.#start(number, purpose);
    });
  }

  #purposeOf(action: Exclude<OperatorAction, { readonly kind: 'stop' }>): Purpose {
    const { from, to, isLeaked } = this.intent;
    if (action.kind === 'publish') {
      const [key, replaced] = action.key === 'from' ? [from, to] : [to, from];
      return { kind: 'publish', from: action.replaces ? replaced : null, to: key, isLeaked: false };
    }
    const third = keyNames.find((name) => name !== from && name !== to) ?? 'c';
    const keys = { planned: [from, to], other: [from, third], undo: [to, from] } as const;
    const [own, next] = keys[action.direction];
    return { kind: action.kind, from: own, to: next, isLeaked: isLeaked || action.leaked };
  }

  #start(number: number, purpose: Purpose): void {
    const { process } = this.machine(number);
    this.#calls += 1;
    const call = new Call(this.#calls, purpose, process, this.#world);
    this.#rules.begin(call);
    if (purpose.kind === 'run') this.machine(number).lastRun = call;
    this.#work(call).then(
      (result) => this.#rules.resolved(call, result),
      (error: unknown) => {
        this.#rules.rejected(call, error);
        this.onFailed(number, call);
      },
    );
  }

  #work(call: Call): Promise<unknown> {
    const { kind, from, to, isLeaked } = call.purpose;
    const { createRotation, publishPublicKey } = call.process.product.streams;
    const kv = this.#connections.storeFor(call);
    const fetch = this.#connections.fetchFor(call);
    const onEvent = (event: StreamEvent): undefined => {
      this.#rules.event(call, event);
      return endListener(ends[call.id % ends.length] ?? 'returns');
    };
    if (kind === 'publish') {
      const replaces = from === null ? {} : { replaces: keyOf(from).publicPem };
      return publishPublicKey(kv, keyOf(to).publicPem, { ...replaces, gatewayUrl: gatewayOrigin, fetch, onEvent });
    }
    const rotation = createRotation({
      kv,
      from: keyOf(from ?? 'a').publicPem,
      to: keyOf(to).publicPem,
      gatewayUrl: gatewayOrigin,
      ...this.#lifetimes,
      oldKeyLeaked: isLeaked,
      fetch,
      onEvent,
    });
    if (kind !== 'run') return rotation[kind]();
    call.signal.use(() => {});
    return rotation.run({ signal: call.signal.signal }).finally(() => call.signal.release());
  }

  #findTrap(process: VirtualProcess): Trap | undefined {
    const number = this.machines.findIndex((machine) => machine.process === process);
    const machine = this.machines[number];
    if (machine === undefined) return undefined;
    for (const [anchor, count] of machine.requests) machine.requests.set(anchor, count + 1);
    const trap = this.traps.find(
      (each) => each.operator % this.machines.length === number && machine.requests.get(each.anchor) === each.nth,
    );
    if (trap === undefined) return undefined;
    if (trap.effect.startsWith('crash')) {
      const wasRunning = machine.lastRun?.isActive === true;
      const campaign = this.#campaign;
      this.#world.schedule.after(Math.max(trap.forMs, 1), () => {
        if (!process.isDead) return;
        this.restart(number);
        if (wasRunning && campaign === this.#campaign) this.runAfter(0, number);
      });
    }
    this.#health.disturb(process.name);
    if (trap.meanwhile !== null) {
      const { meanwhile } = trap;
      const other = this.machines.length > 1 && meanwhile.kind !== 'stop' ? number + 1 : number;
      this.#world.schedule.after(0, () => this.act(other, meanwhile));
    }
    return trap;
  }
}
