import type { WebhookEvent, WebhookReceiver } from '@torii/core/webhooks';
import { Fleet } from '../../world/fleet.ts';
import { KeyValueStore } from '../../world/key-value-store.ts';
import { epochMs, type VirtualProcess } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import { Announcements } from './announcements.ts';
import { Feed, feedOrigin } from './announcer.ts';
import { Answers, type Result, textOf } from './answers.ts';
import { App, current } from './app.ts';
import { bodyMsOf, isEndless, payloadOf } from './body.ts';
import { type Delivery, flawsOf } from './delivery.ts';
import { checkMemory, checkWaiting } from './memory.ts';
import { type Content, headersOf, type Message, type SecretName } from './message.ts';
import { Once } from './once.ts';
import { type BodyForm, goodLookups, type Lookups, type WebhookPlan, type Work } from './plan.ts';
import { StoreWatch } from './store-watch.ts';
import type { Story } from './story.ts';

const origin = 'redis://store.test';

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
    const watch = new StoreWatch(world, this.#once, this.#answers, this.events, (process) => this.#appOf(process));
    this.store = new KeyValueStore(world, origin, watch);
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
    checkMemory(this.world, this.plan, process, app);
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
  /** Long after the end of all faults. */
  checkQuiet(): void {
    for (let number = 0; number < this.fleet.size; number++) {
      const { process, state } = this.fleet.member(number);
      checkMemory(this.world, this.plan, process, state);
      checkWaiting(this.world, state);
    }
  }

  #appOf(process: VirtualProcess): App | undefined {
    for (let number = 0; number < this.fleet.size; number++) {
      const member = this.fleet.member(number);
      if (member.process === process) return member.state;
    }
    return undefined;
  }
}
