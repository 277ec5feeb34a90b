import { createHmac } from 'node:crypto';
import type { WebhookAnnouncer } from '@torii/core/webhooks';
import { epochMs } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import { recoveryMs } from './bounds.ts';
import type { Node } from './node.ts';
import { canBeConfirmed, type RevocationsPlan, type Step } from './plan.ts';
import type { StoreFacts } from './store-facts.ts';
import { subjectName } from './subjects.ts';
import { environmentId, userId } from './tokens.ts';

type WebhookStep = Extract<Step, { readonly kind: 'webhook' }>;

const key = Buffer.alloc(32, 7);
const secret = `whsec_${key.toString('base64')}`;
/** A receiver refuses signatures that are older or newer than five minutes by its clock. */
const maxClockMs = 200_000;
/** Torii sends a delivery again that was not accepted. */
const repeatMs = 30_000;

/** Statement 44: webhooks that tell of a ban announce it, or are refused so that they are sent again. */
export class Deliveries {
  readonly #world: World;
  readonly #plan: RevocationsPlan;
  readonly #facts: StoreFacts;
  readonly #receivers: Map<Node, WebhookAnnouncer> = new Map();
  #count = 0;

  constructor(world: World, plan: RevocationsPlan, facts: StoreFacts) {
    [this.#world, this.#plan, this.#facts] = [world, plan, facts];
  }

  /** Runs in the process of the node. */
  begin(node: Node, step: WebhookStep): void {
    this.#count += 1;
    const createdMs = epochMs + this.#world.nowMs - step.lateSeconds * 1000;
    this.#send(node, step, `evt_${this.#count}`, createdMs, 1);
  }

  #send(node: Node, step: WebhookStep, id: string, createdMs: number, repeats: number): void {
    if (node.isClosed || Math.abs(node.process.aheadMs) > maxClockMs) return;
    const user = userId(step.who);
    const before = Math.floor(createdMs / 1000);
    const isAnnounced = step.event !== 'user.updated' && step.environment !== 'other';
    if (isAnnounced) this.#facts.allow({ subject: subjectName({ kind: 'user', id: user }), before });
    const wasCalm = canBeConfirmed(this.#plan) && node.calm.ms >= recoveryMs(node);
    const begunAtMs = this.#world.nowMs;
    node.announcing += 1;
    this.#world.note(node.process.name, `gets ${id}: ${step.event} of ${user}`);
    this.#receive(node, step, id, createdMs).then((status) => {
      node.announcing -= 1;
      if (node.process.isDead) return;
      this.#world.note(node.process.name, `${id}: ${status}`);
      const isCalm = wasCalm && node.calm.ms > this.#world.nowMs - begunAtMs;
      if (status === '200') {
        const isAdded = this.#facts.wasAdded(subjectName({ kind: 'user', id: user }), before, begunAtMs);
        if (!isAnnounced || isAdded || node.compactedBefore >= before) return;
        this.#violate(node, id, 'is accepted, and the store has not got the revocation');
      }
      if (status !== '503') this.#violate(node, id, `is answered with ${status}`);
      if (isCalm) this.#violate(node, id, 'is refused, although nothing has disturbed the node');
      if (repeats === 0) return;
      this.#world.schedule.after(repeatMs, () =>
        node.process.deliver(() => this.#send(node, step, id, createdMs, repeats - 1)),
      );
    });
  }

  async #receive(node: Node, step: WebhookStep, id: string, createdMs: number): Promise<string> {
    const user = userId(step.who);
    const pid = { own: { environmentId }, other: { environmentId: 'env_test' }, none: {} }[step.environment];
    const data = step.event === 'session.revoked' ? { id: 'sess_1', userId: user, ...pid } : { id: user, ...pid };
    const body = JSON.stringify({ id, type: step.event, created_at: new Date(createdMs).toISOString(), data });
    const timestamp = String(Math.floor((epochMs + this.#world.nowMs) / 1000));
    const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
    const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
    try {
      return String((await this.#receiverOf(node).receive({ headers, payload: body })).status);
    } catch (error) {
      return String(error);
    }
  }

  #receiverOf(node: Node): WebhookAnnouncer {
    const known = this.#receivers.get(node);
    if (known !== undefined) return known;
    const { revocations, process } = node;
    const made = process.product.webhooks.createWebhookReceiver({ secret, revocations, store: 'memory' });
    this.#receivers.set(node, made);
    return made;
  }

  #violate({ process }: Node, id: string, text: string): void {
    this.#world.violate(44, `${process.name}: the webhook ${id} ${text}`);
  }
}
