import { AsyncLocalStorage } from 'node:async_hooks';
import type { RevocationAnnouncer } from '@torii/core';
import type { WebhookReceiver, WebhookReceiverOptions, WebhookStore } from '@torii/core/webhooks';
import type { KeyValueStore, StoreCall } from '../../world/key-value-store.ts';
import { endListener } from '../../world/listener.ts';
import { StoreConnection } from '../../world/store-connection.ts';
import type { VirtualProcess } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import type { Announcement, Delivery } from './delivery.ts';
import { type SecretName, secretText } from './message.ts';
import type { WebhookPlan } from './plan.ts';

const maxEvents = 100_000;

/** The delivery on whose behalf the product runs. */
export const current: AsyncLocalStorage<Delivery> = new AsyncLocalStorage();

/** The receivers of one process. All have one store, as an app with several routes would. */
export class App {
  receivers: readonly WebhookReceiver[] = [];
  secrets: readonly SecretName[];
  /** Calls of the store that have no answer yet. */
  readonly pending: Set<StoreCall> = new Set();
  /** Announcements that may be under way. */
  readonly announcing: Set<Announcement> = new Set();
  /** Deliveries that are not answered yet. */
  readonly open: Set<Delivery> = new Set();
  /** How many events it may have held at once so far. */
  mostClaims = 0;
  readonly #process: VirtualProcess;
  readonly #plan: WebhookPlan;
  #store: WebhookReceiverOptions['store'];
  readonly #world: World;
  readonly #announcer: RevocationAnnouncer;

  constructor(
    world: World,
    process: VirtualProcess,
    plan: WebhookPlan,
    store: KeyValueStore,
    announcer: RevocationAnnouncer,
    secrets: readonly SecretName[],
  ) {
    this.#world = world;
    this.#process = process;
    this.#plan = plan;
    this.#announcer = announcer;
    const client = store.clientOf(process, () => current.getStore());
    this.#store =
      plan.store === 'shared'
        ? (new StoreConnection(world, process, plan.connection, client).client as WebhookStore)
        : plan.store === 'memory'
          ? 'memory'
          : undefined;
    this.secrets = secrets;
    this.setSecrets(secrets);
  }

  /** New receivers with other secrets, as after a change of the settings. */
  setSecrets(secrets: readonly SecretName[]): void {
    this.secrets = secrets;
    const { store, isMemoryFull, receivers } = this.#plan;
    const isFull = store === 'memory' && isMemoryFull;
    if (isFull) this.#store = this.#fullStore();
    this.receivers = Array.from({ length: isFull ? 1 : receivers }, () => this.#create(this.#plan.rememberSeconds));
  }

  // docs/webhooks.md: `memory` remembers the last 100,000 events.
  #fullStore(): WebhookStore {
    const store = new this.#process.product.memoryStore.MemoryStore();
    const entry = { state: 'handled', until: Number.MAX_SAFE_INTEGER };
    for (let number = 0; number < maxEvents + 5; number++) store.set(`full ${number}`, entry);
    const { largestCollection, name } = this.#process;
    if (largestCollection > maxEvents + 1) this.#world.violate(36, `${name} remembers ${largestCollection} events`);
    if (store.get(`full ${maxEvents + 4 - 90_000}`) === undefined)
      this.#world.violate(29, `${name} forgets one of the last 100,000 events`);
    return store;
  }

  /** Statement 29: whatever could be replayed must be remembered. */
  checkOptions(world: World): void {
    const shortest = 2 * this.#plan.toleranceSeconds;
    try {
      this.#create(shortest);
    } catch {
      return;
    }
    world.violate(29, `a receiver may forget events after ${shortest} s, but accept their deliveries for longer`);
  }

  #create(rememberSeconds: number): WebhookReceiver {
    const { leaseSeconds, toleranceSeconds, maxBytes, announcer, listener } = this.#plan;
    return this.#process.product.webhooks.createWebhookReceiver({
      secret: this.secrets.map(secretText),
      leaseSeconds,
      toleranceSeconds,
      rememberSeconds,
      maxBytes,
      onEvent: (event) => {
        const delivery = current.getStore();
        if (event.type === 'not_announced') delivery?.notAnnounced.push(event.why);
        else delivery?.told.push(event.type);
        return endListener(listener);
      },
      ...(announcer === null ? {} : { revocations: this.#announcer, announceSessions: announcer.announcesSessions }),
      ...(this.#store === undefined ? {} : { store: this.#store }),
    });
  }
}
