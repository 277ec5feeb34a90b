import { AsyncLocalStorage } from 'node:async_hooks';
import type { WebhookReceiver, WebhookReceiverOptions, WebhookStore } from '@torii/core/webhooks';
import type { KeyValueStore, StoreCall } from '../../world/key-value-store.ts';
import type { VirtualProcess } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import type { Delivery } from './delivery.ts';
import { type SecretName, secretText } from './message.ts';
import type { WebhookPlan } from './plan.ts';

/** The delivery on whose behalf the product runs. */
export const current: AsyncLocalStorage<Delivery> = new AsyncLocalStorage();

/** The receivers of one process. All have one store, as an app with several routes would. */
export class App {
  receivers: readonly WebhookReceiver[] = [];
  secrets: readonly SecretName[];
  /** Calls of the store that have no answer yet. */
  readonly pending: Set<StoreCall> = new Set();
  /** Deliveries that are not answered yet. */
  readonly open: Set<Delivery> = new Set();
  /** How many events it may have held at once so far. */
  mostClaims = 0;
  readonly #process: VirtualProcess;
  readonly #plan: WebhookPlan;
  readonly #store: WebhookReceiverOptions['store'];

  constructor(process: VirtualProcess, plan: WebhookPlan, store: KeyValueStore, secrets: readonly SecretName[]) {
    this.#process = process;
    this.#plan = plan;
    this.#store =
      plan.store === 'shared'
        ? (store.clientOf(process, () => current.getStore()) as WebhookStore)
        : plan.store === 'memory'
          ? 'memory'
          : undefined;
    this.secrets = secrets;
    this.setSecrets(secrets);
  }

  /** New receivers with other secrets, as after a change of the settings. */
  setSecrets(secrets: readonly SecretName[]): void {
    this.secrets = secrets;
    this.receivers = Array.from({ length: this.#plan.receivers }, () => this.#create(this.#plan.rememberSeconds));
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
    const { leaseSeconds, toleranceSeconds, maxBytes } = this.#plan;
    return this.#process.product.webhooks.createWebhookReceiver({
      secret: this.secrets.map(secretText),
      leaseSeconds,
      toleranceSeconds,
      rememberSeconds,
      maxBytes,
      onEvent: ({ type }) => void current.getStore()?.told.push(type),
      ...(this.#store === undefined ? {} : { store: this.#store }),
    });
  }
}
