import type { WebhookEvent, WebhookReceiver } from '@torii/core/webhooks';
import { Fleet } from '../../world/fleet.ts';
import { KeyValueStore, type StoreCall } from '../../world/key-value-store.ts';
import type { LastingFault } from '../../world/lasting-faults.ts';
import { epochMs, type VirtualProcess } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import { Announcements, announceTimeoutMs } from './announcements.ts';
import { Feed, feedOrigin } from './announcer.ts';
import { Answers, type Result, textOf } from './answers.ts';
import { App, current } from './app.ts';
import { bodyMsOf, isEndless, payloadOf } from './body.ts';
import { type Delivery, flawsOf, isOfEvent, storeTimeoutMs, waitedMs } from './delivery.ts';
import { type Content, headersOf, type Message, type SecretName } from './message.ts';
import { Once } from './once.ts';
import { type BodyForm, goodLookups, type Lookups, type WebhookPlan, type Work } from './plan.ts';
import type { Story } from './story.ts';

const origin = 'redis://store.test';
/** Other Maps and Sets of the product, such as the names of options, are not larger. */
const otherEntries = 16;
/** The longest time of a delivery without faults, not counting the handler. */
const longestAnswerMs = 10_000;

export interface EventState extends Content {
  works: readonly Work[];
  readonly story: Story | null;
  readonly createdMs: number;
  /** How often its handler was called. */
  calls: number;
}

/** The processes, their store, and what is checked at each delivery. */
export class Run {
  readonly world: World;
  readonly plan: WebhookPlan;
  readonly store: KeyValueStore;
  readonly fleet: Fleet<App>;
  readonly feed: Feed;
  readonly events: EventState[] = [];
  /** What an attacker has recorded. */
  readonly recorded: Message[] = [];
  readonly #once: Once;
  readonly #answers: Answers;
  readonly #announcements: Announcements;
  #deliveries = 0;

  constructor(world: World, plan: WebhookPlan) {
    this.world = world;
    this.plan = plan;
    this.#once = new Once(world, plan);
    this.#answers = new Answers(world, plan);
    this.#announcements = new Announcements(world, plan, this.#once);
    this.feed = new Feed(world);
    world.network.latency = { leastMs: 1, mostMs: plan.latencyMs };
    this.store = new KeyValueStore(world, origin, {
      onCalled: (call) => this.#onCalled(call),
      faultOf,
      onDone: (call) => this.#onDone(call),
      onAnswered: (call) => this.#onAnswered(call),
      onChanged: (key) => this.#onChanged(key),
    });
    // More disturbances meet the store than the feed.
    const origins = plan.announcer === null ? [origin] : [origin, origin, origin, feedOrigin];
    this.fleet = new Fleet(world, origins, (process) => {
      const announcer = this.feed.announcerOf(process, (delivery, announcement) => {
        app.announcing.add(announcement);
        this.#announcements.begin(delivery, this.#eventOf(delivery), announcement);
      });
      const app = new App(world, process, plan, this.store, announcer, this.secretsOf('receivers'));
      app.checkOptions(world);
      return app;
    });
    for (const options of plan.processes) this.fleet.start(options);
  }

  secretsOf(side: 'receivers' | 'sender'): readonly SecretName[] {
    return this.plan.rotation?.[side].findLast(({ atMs }) => atMs <= this.world.nowMs)?.secrets ?? ['old'];
  }

  /** A delivery arrives at a process. `onResult` is called there with its answer, if there is one. */
  deliver(
    to: number,
    message: Message,
    form: BodyForm,
    onResult: (result: Result) => void,
    lookups: Lookups = goodLookups,
  ): void {
    const { process, state } = this.fleet.member(to);
    process.deliver(() => this.#receive(process, state, to, message, form, onResult, lookups));
  }

  #receive(
    process: VirtualProcess,
    app: App,
    to: number,
    message: Message,
    form: BodyForm,
    onResult: (result: Result) => void,
    lookups: Lookups,
  ): void {
    const receiver = app.receivers[to % app.receivers.length] as WebhookReceiver;
    this.#deliveries += 1;
    const delivery: Delivery = {
      number: this.#deliveries,
      process,
      receiver,
      message,
      flaws: [
        ...flawsOf(message, process.wallMs, { ...this.plan, secrets: app.secrets }),
        ...(isEndless(form) ? ['payload_too_large'] : []),
      ],
      isBroken: form === 'broken stream',
      lookups,
      beganAtMs: this.world.nowMs,
      bodyMs: bodyMsOf(form),
      calls: [],
      told: [],
      announcements: [],
      notAnnounced: [],
      handling: undefined,
      settledAtMs: undefined,
      settledWallMs: 0,
      voidAtMs: -1,
      isTroubled: false,
      isOvertaken: false,
      notedAtMs: undefined,
    };
    const { number, flaws } = delivery;
    this.world.note(
      process.name,
      `gets delivery ${number} of ${message.id}${flaws.length > 0 ? `: ${flaws.join()}` : ''}`,
    );
    if (flaws.length === 0) this.#answers.add(delivery);
    app.open.add(delivery);
    this.#checkMemory(process, app);
    const settle = (result: Result): void => {
      this.#settle(delivery, app, result);
      onResult(result);
    };
    current.run(delivery, () => {
      const { payload, afterwards } = payloadOf(this.world, process, message.body, form, () => {
        const flaw = flaws.find((each) => each.startsWith('header_') || each.startsWith('timestamp_'));
        if (flaw !== undefined) this.world.violate(36, `delivery ${number} is read, although it is refused: ${flaw}`);
      });
      receiver
        .receive({ headers: headersOf(message) as Record<string, string>, payload }, (event) =>
          this.#handle(delivery, event),
        )
        .then(settle, (thrown: unknown) => settle({ thrown }));
      afterwards();
    });
  }

  #settle(delivery: Delivery, app: App, result: Result): void {
    app.open.delete(delivery);
    this.#answers.check(delivery, result);
    this.#announcements.check(delivery, this.#eventOf(delivery), result);
    delivery.settledAtMs = this.world.nowMs;
    delivery.settledWallMs = delivery.process.wallMs;
    if (delivery.told.includes('handled')) delivery.notedAtMs = this.world.nowMs;
    this.world.note(delivery.process.name, `answers delivery ${delivery.number} with ${textOf(result)}`);
  }

  #handle(delivery: Delivery, event: WebhookEvent): Promise<void> | undefined {
    const { world } = this;
    const { process, message, flaws, number } = delivery;
    world.note(process.name, `handles ${message.id} in delivery ${number}`);
    const state = this.#eventOf(delivery);
    if (flaws.length > 0 || delivery.isBroken || state === undefined) {
      world.violate(29, `delivery ${number} is handled, but must be refused: ${flaws.join()}`);
      return undefined;
    }
    if (JSON.stringify(event) !== message.body) world.violate(29, `delivery ${number} gives the handler another event`);
    if (delivery.handling !== undefined) world.violate(29, `delivery ${number} calls the handler twice`);
    if (this.plan.store === 'shared') this.#once.checkShared(delivery);
    else if (this.plan.store === 'memory') this.#once.checkMemory(delivery);
    this.#announcements.checkHandling(delivery, state);
    const handling = {
      beganAtMs: world.nowMs,
      beganSteadyMs: process.steadyMs,
      beganWallMs: process.wallMs,
      endedAtMs: undefined,
      endedWallMs: 0,
      outcome: undefined,
      error: undefined,
    };
    delivery.handling = handling;
    return this.#work(handling, process, state);
  }

  #work(handling: NonNullable<Delivery['handling']>, process: VirtualProcess, state: EventState): Promise<void> {
    const { takesMs, ends }: Work = state.works[state.calls] ?? { takesMs: 0, ends: 'done' };
    state.calls += 1;
    return new Promise((resolve, reject) => {
      const end = (): void => {
        if (ends === 'never') return;
        handling.endedAtMs = this.world.nowMs;
        handling.endedWallMs = process.wallMs;
        handling.outcome = ends === 'done' ? 'done' : 'threw';
        this.world.note(process.name, `${ends === 'done' ? 'has handled' : 'fails to handle'} ${state.id}`);
        if (ends === 'done') resolve();
        else {
          const error = new Error('the handler has failed');
          handling.error = ends === 'throws' ? error : Object.assign(error, { status: 404 });
          reject(handling.error);
        }
      };
      if (takesMs === 0) end();
      else this.world.schedule.after(takesMs, () => process.deliver(end));
    });
  }

  /** Statement 36: what waits in a process is bounded by what it was asked. */
  #checkMemory(process: VirtualProcess, app: App): void {
    const { nowMs } = this.world;
    for (const call of app.pending) if (waitedMs(call) > storeTimeoutMs + 1) app.pending.delete(call);
    for (const announcement of app.announcing) {
      const isOver = process.steadyMs - announcement.begunSteadyMs > announceTimeoutMs + 1;
      if (isOver || announcement.outcome !== undefined) app.announcing.delete(announcement);
    }
    const waiting = app.pending.size + app.announcing.size;
    if (process.timers > waiting)
      this.world.violate(36, `${process.name} has ${process.timers} timers, and waits for ${waiting} answers`);
    if (this.plan.store !== 'shared') return;
    // A claim ends with its delivery, or, if that never ends, with the lease, when the next event is claimed.
    const youngMs = nowMs - 2 * this.plan.leaseSeconds * 1000 - 60_000;
    for (const delivery of app.open) if (delivery.beganAtMs < youngMs) app.open.delete(delivery);
    app.mostClaims = Math.max(app.mostClaims, app.open.size);
    if (process.largestCollection > app.mostClaims + otherEntries) {
      this.world.violate(
        36,
        `${process.name} keeps ${process.largestCollection} entries for ${app.mostClaims} deliveries`,
      );
    }
  }

  /** Long after the end of all faults, nothing waits, except for handlers and for deliveries that have just come. */
  checkQuiet(): void {
    for (let number = 0; number < this.fleet.size; number++) {
      const { process, state } = this.fleet.member(number);
      this.#checkMemory(process, state);
      for (const { handling, beganAtMs, number: delivery } of state.open) {
        const isDue = handling === undefined || handling.outcome !== undefined;
        if (isDue && this.world.nowMs - beganAtMs > longestAnswerMs) {
          this.world.violate(38, `delivery ${delivery} was never answered`);
        }
      }
    }
  }

  #eventOf({ message }: Delivery): EventState | undefined {
    return this.events[message.event ?? -1];
  }

  /** Times in seconds as the clock of a process shows them. */
  secondsOf(to: number): number {
    return Math.floor(this.fleet.member(to).process.wallMs / 1000);
  }

  get senderSeconds(): number {
    return Math.floor((epochMs + this.world.nowMs + this.plan.sender.aheadMs) / 1000);
  }

  #onCalled(call: StoreCall): void {
    const delivery = call.purpose as Delivery;
    delivery.calls.push(call);
    this.#appOf(call)?.pending.add(call);
  }

  #onDone(call: StoreCall): void {
    const delivery = call.purpose as Delivery;
    if (call.isFalse || call.hasFailed) delivery.isTroubled = true;
    this.#once.onDone(delivery, call, this.#answers.of(delivery.message.id));
    if (call.operation === 'get' || !isOfEvent(call)) return;
    for (const other of this.#answers.of(delivery.message.id)) if (other !== delivery) other.isOvertaken = true;
  }

  #onAnswered(call: StoreCall): void {
    if (call.hasFailed) (call.purpose as Delivery).isTroubled = true;
    this.#appOf(call)?.pending.delete(call);
  }

  #onChanged(key: string): void {
    const id = /evt_\d+$/.exec(key)?.[0];
    const touched = id === undefined ? this.events.map((event) => event.id) : [id];
    for (const each of touched) {
      for (const delivery of this.#answers.of(each)) {
        delivery.isTroubled ||= delivery.settledAtMs === undefined;
        if (id !== undefined) delivery.voidAtMs = this.world.nowMs;
      }
    }
  }

  #appOf({ process }: StoreCall): App | undefined {
    for (let number = 0; number < this.fleet.size; number++) {
      const member = this.fleet.member(number);
      if (member.process === process) return member.state;
    }
    return undefined;
  }
}

function faultOf(call: StoreCall): LastingFault | undefined {
  const { lookups, calls } = call.purpose as Delivery;
  if (lookups === goodLookups || call.operation !== 'get') return undefined;
  const { hidden, foreign } = lookups;
  if (foreign !== null) return isOfEvent(call) ? { kind: 'garbles', as: foreign, ...oneCall } : undefined;
  const trips = new Set(calls.filter(({ operation }) => operation === 'get').map(({ calledAtMs }) => calledAtMs)).size;
  return ((hidden >> (trips - 1)) & 1) === 1 ? { kind: 'hides', ...oneCall } : undefined;
}

const oneCall = { atMs: 0, forMs: 0, percent: 100, most: 1, meets: 'reads' } as const;
