import type { EnvironmentScope } from '../database/scope.ts';
import { EmulatorError } from '../errors.ts';
import { callAfter } from '../real-timers.ts';
import { DeliveryLog, type WebhookDelivery } from './delivery-log.ts';
import { type Endpoint, Endpoints } from './endpoints.ts';
import { parseWebhook } from './options.ts';
import { Outbox } from './outbox.ts';
import { Sender, type SenderSurroundings } from './sender.ts';

export interface WebhookSettings {
  readonly secret: string;
  readonly retrySeconds: readonly number[];
  readonly timeoutMs: number;
}

const namedDeliveries = 3;

export class Webhooks {
  readonly endpoints: Endpoints;
  readonly outbox: Outbox;
  readonly log: DeliveryLog;
  readonly secret: string;
  readonly #scope: EnvironmentScope;
  readonly #settings: WebhookSettings;
  #sender: Sender | undefined;
  #stopped = false;

  constructor(scope: EnvironmentScope, settings: WebhookSettings) {
    this.#scope = scope;
    this.#settings = settings;
    this.secret = settings.secret;
    this.endpoints = new Endpoints(scope);
    this.outbox = new Outbox(scope, this.endpoints);
    this.log = new DeliveryLog(scope);
  }

  start(surroundings: SenderSurroundings): void {
    const { endpoints, outbox, log, secret } = this;
    const { retrySeconds, timeoutMs } = this.#settings;
    const { clock } = this.#scope;
    const sender = new Sender({ endpoints, outbox, log, clock, secret, retrySeconds, timeoutMs }, surroundings);
    this.#sender = sender;
    outbox.onAdded(() => sender.wake());
    clock.onAdvance(() => sender.wake());
    clock.onReset(() => {
      if (this.#stopped) return;
      outbox.makeAllDue();
      sender.wake();
    });
    outbox.makeAllDue();
    sender.wake();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    // Rejects pending settled() calls now, because the database will be closed next.
    this.#sender?.notifyEnded();
    await this.#sender?.stop();
  }

  add(options: unknown): Endpoint {
    return this.endpoints.add(parseWebhook(options));
  }

  enable(id: string): void {
    const endpoint = this.endpoints.find(id);
    if (endpoint === undefined) throw unknownWebhook();
    this.endpoints.add(endpoint);
  }

  remove(id: string): void {
    if (!this.endpoints.remove(id)) throw unknownWebhook();
    this.#sender?.notifyEnded();
  }

  async settled(timeoutMs: number): Promise<void> {
    if (this.#nothingWaits()) return;
    let end = () => {};
    try {
      await new Promise<void>((resolve, reject) => {
        const cancel = callAfter(timeoutMs, () => {
          reject(new EmulatorError('webhooks_waiting', this.#describeWaiting(timeoutMs)));
        });
        const stopListening = this.#sender?.onEnded(() => {
          if (this.#nothingWaits()) resolve();
          else if (this.#stopped)
            reject(
              new EmulatorError('webhooks_waiting', 'The emulator was stopped before all webhooks were delivered.'),
            );
        });
        end = () => {
          cancel();
          stopListening?.();
        };
      });
    } finally {
      end();
    }
  }

  #nothingWaits(): boolean {
    return this.log.listWaiting(1).length === 0;
  }

  #describeWaiting(timeoutMs: number): string {
    const waiting = this.log.listWaiting(namedDeliveries + 1);
    const named = waiting.slice(0, namedDeliveries).map(describe);
    const more = waiting.length > namedDeliveries ? ['There are more.'] : [];
    return [`Webhooks are still waiting to be delivered after ${timeoutMs} ms.`, ...named, ...more].join(' ');
  }
}

function unknownWebhook(): EmulatorError {
  return new EmulatorError('webhook_unknown', 'This environment has no webhook with this id.');
}

function describe({ event, url, attempts, nextAttemptAt }: WebhookDelivery): string {
  const last = attempts.at(-1);
  const what = `${event.type} to ${url}: ${attempts.length} ${attempts.length === 1 ? 'attempt' : 'attempts'}`;
  if (last === undefined) return `${what}.`;
  const outcome = last.status === null ? last.failure : `status ${last.status}`;
  const answer = last.answer === null ? '' : `, body ${last.answer}`;
  return `${what}, the last with ${outcome}${answer}. Next attempt: ${nextAttemptAt}.`;
}
