import type { StreamStore } from '../../world/stream-store.ts';
import type { World } from '../../world/world.ts';
import { recoveryMs, restoreMs } from './bounds.ts';
import type { Node } from './node.ts';
import { canBeConfirmed, isTimeless, type RevocationsPlan, type SubjectKind } from './plan.ts';
import type { StoreFacts } from './store-facts.ts';
import { type Subject, subjectName } from './subjects.ts';
import { epochS, organizationId, type Token, userId } from './tokens.ts';

export interface Wish {
  readonly subject: Subject;
  /** Unix milliseconds. */
  readonly atMs: number | undefined;
  /** Set if a single token is revoked. */
  readonly token: Token | undefined;
}

/** The subject that a step of a plan means. `undefined` if it means a token, and there is none. */
export function wishOf(kind: SubjectKind, who: number, token: Token | undefined): Omit<Wish, 'atMs'> | undefined {
  const id = userId(who);
  if (kind === 'environment') return { subject: { kind }, token: undefined };
  if (kind === 'member') {
    const member = { kind, id: userId(who % 2), organizationId: organizationId(who < 3 ? 0 : 1) };
    return { subject: member, token: undefined };
  }
  if (kind !== 'token') return { subject: { kind, id }, token: undefined };
  return token === undefined ? undefined : { subject: { kind, id: token.digest }, token };
}

/** How far the moment of a revocation may be ahead of the clock of the store. */
const maxAheadMs = 720_000;
/** The clock of the process counts for at most so much more than that of the store. */
const maxLeadMs = 600_000;
/** If the two clocks differ by more, a revocation without a moment is refused. */
export const maxOffsetMs = 3_600_000;
const toleranceMs = 30_000;
/** The time of the store counts from when it was asked, and not at all if its answer took longer. */
export const maxAnswerMs = 5_000;

/** Statement 44: a revocation is announced, or reported as not announced. */
export class Announcer {
  readonly #world: World;
  readonly #plan: RevocationsPlan;
  readonly #facts: StoreFacts;
  readonly #store: StreamStore;
  /** Called when a node knows of a revocation. */
  onRevoked: (node: Node, subject: string) => void = () => {};

  constructor(world: World, plan: RevocationsPlan, facts: StoreFacts, store: StreamStore) {
    [this.#world, this.#plan, this.#facts, this.#store] = [world, plan, facts, store];
  }

  /** Runs in the process of the node. */
  revoke(node: Node, wish: Wish, repeatsAfterMs: number | null): void {
    const { process } = node;
    const name = subjectName(wish.subject);
    const at = wish.atMs === undefined ? undefined : new Date(wish.atMs);
    const limit = this.#cutOffs(node, wish);
    this.#world.note(process.name, `revokes "${name}"${at === undefined ? '' : ` at ${limit.to - epochS}`}`);
    this.#facts.allow({ subject: name, before: limit.to });
    const begunAtMs = this.#world.nowMs;
    const { freezes } = process;
    const freezesBefore = freezes.length;
    // With replicas that are too far behind, nothing can be announced in time.
    const wasCalm = canBeConfirmed(this.#plan) && node.calm.ms >= recoveryMs(node);
    const settled = (what: string): void => {
      node.announcing -= 1;
      const tookMs = this.#world.nowMs - begunAtMs;
      const mostMs = this.#plan.announceTimeoutMs * 1.001 + 500;
      if (freezes.length === freezesBefore && tookMs > mostMs) this.#violate(node, name, `${what} after ${tookMs} ms`);
    };
    const promise = this.#call(node, wish, at);
    node.announcing += 1;
    const before = this.#noteLocal(node, wish, limit);
    promise.then(
      () => {
        settled('is announced');
        this.#world.note(process.name, `has announced "${name}"`);
        this.#judgeAnnounced(node, name, before, begunAtMs);
      },
      (error: unknown) => {
        settled('fails');
        this.#judgeFailure(node, wish, name, error, {
          wasCalm: wasCalm && node.calm.ms > this.#world.nowMs - begunAtMs,
        });
        if (before === undefined || repeatsAfterMs === null) return;
        this.#world.schedule.after(repeatsAfterMs, () =>
          process.deliver(() => this.#repeat(node, name, before, error)),
        );
      },
    );
  }

  #call({ revocations }: Node, { subject, token }: Wish, at: Date | undefined): Promise<void> {
    const { kind, id = '', organizationId } = subject;
    const moment = at === undefined ? {} : { at };
    switch (kind) {
      case 'user':
        return revocations.revokeUser(id, moment);
      case 'member':
        return revocations.revokeUser(id, { ...moment, organizationId: organizationId ?? '' });
      case 'impersonator':
        return revocations.revokeImpersonator(id, moment);
      case 'environment':
        return revocations.revokeEnvironment(moment);
      case 'token':
        return revocations.revokeToken(token?.text ?? '');
    }
  }

  /** The earliest and the latest possible cut-off, in Unix seconds, if the revocation is accepted. */
  #cutOffs(node: Node, { subject, atMs, token }: Wish): { readonly from: number; readonly to: number } {
    if (atMs !== undefined) return { from: Math.floor(atMs / 1000), to: Math.floor(atMs / 1000) };
    const { fromMs: from, toMs: to } = this.#presentOf(node);
    if (subject.kind === 'token') return { from: 0, to: Math.max(token?.claims.iat ?? 0, Math.floor(to / 1000) + 31) };
    // The product uses the later of the two clocks, if they differ by less than ten minutes. The store's clock was read earlier.
    const { wallMs } = node.process;
    const secondsAt = (ms: number): number =>
      Math.floor((Math.min(Math.max(ms, wallMs), ms + maxLeadMs) + toleranceMs) / 1000);
    return { from: secondsAt(from) - 2, to: secondsAt(to + maxAnswerMs) + 2 };
  }

  /** What time it is for the node: by the clock of the store as it knows it, or else by its own. */
  #presentOf(node: Node): { readonly fromMs: number; readonly toMs: number } {
    const { wallMs, highestMs, lowestMs } = this.#store;
    if (isTimeless(this.#plan)) return { fromMs: node.process.wallMs, toMs: node.process.wallMs };
    if (node.calm.ms >= recoveryMs(node)) return { fromMs: wallMs, toMs: wallMs };
    const fromMs = this.#hasTimed(node) ? lowestMs : Math.min(node.process.wallMs, lowestMs);
    return { fromMs, toMs: Math.max(node.process.wallMs, highestMs) };
  }

  /** Whether a node that knew the time of the store has measured since how much passed: no clock of it was set or has stopped. */
  #hasTimed({ currentAt, setAtMs, process: { freezes } }: Node): boolean {
    if (currentAt === undefined || setAtMs >= currentAt.atMs) return false;
    return !freezes.some(({ stopsSteadyClock, untilMs }) => stopsSteadyClock && untilMs > currentAt.atMs);
  }

  /** Whether the clocks of the process and of the store may differ by so much that a revocation needs a moment. */
  #mayDiffer(node: Node): boolean {
    const { fromMs, toMs } = this.#presentOf(node);
    return [fromMs, toMs].some((ms) => Math.abs(ms - node.process.wallMs) > maxOffsetMs - 10_000);
  }

  /** A revocation holds at once in the process that makes it. Returns its cut-off. */
  #noteLocal(
    node: Node,
    { subject, atMs }: Wish,
    limit: { readonly from: number; readonly to: number },
  ): number | undefined {
    const name = subjectName(subject);
    const { fromMs, toMs } = this.#presentOf(node);
    const isTooFarAhead = atMs !== undefined && atMs > toMs + maxAheadMs + 2_000;
    let before: number | undefined;
    const records = node.list();
    if (records === undefined) this.#world.violate(43, `${node.process.name} cannot list its revocations`);
    for (const { kind, id, organizationId, issuedBefore } of records ?? []) {
      const held = { kind, ...(id !== null && { id }), ...(organizationId !== undefined && { organizationId }) };
      if (subjectName(held) === name) before = Math.floor(Date.parse(issuedBefore) / 1000);
    }
    const mayBeRefused = atMs === undefined ? this.#mayDiffer(node) : atMs > fromMs + maxAheadMs - 2_000;
    // By a clock that is hours ahead, the tokens have expired.
    const isPast = node.process.wallMs > (limit.from + this.#plan.maxTokenSeconds + 1_500) * 1000;
    if (before === undefined || before < limit.from) {
      const isCovered = isPast || isTooFarAhead || mayBeRefused || limit.from <= node.compactedBefore;
      if (!isCovered) this.#violate(node, name, 'is not held at once by the process that revokes it');
      return undefined;
    }
    if (isTooFarAhead) return undefined;
    const cutOff = { subject: name, before };
    if (this.#facts.isTooFarAhead(cutOff)) return undefined;
    node.learn(this.#facts.factOf(cutOff, this.#world.nowMs));
    this.onRevoked(node, name);
    return before;
  }

  #judgeAnnounced(node: Node, name: string, before: number | undefined, begunAtMs: number): void {
    if (before === undefined) return;
    if (!this.#facts.wasAdded(name, before, begunAtMs)) {
      this.#violate(node, name, 'is reported as announced, and the store has not accepted it');
    }
    const { waitsForReplicas } = this.#plan;
    const confirmed = this.#facts.countReplicas(name, before);
    if (confirmed < waitsForReplicas) {
      this.#violate(node, name, `is reported as announced, and ${confirmed} of ${waitsForReplicas} replicas have it`);
    }
  }

  #judgeFailure(
    node: Node,
    { atMs }: Wish,
    name: string,
    error: unknown,
    { wasCalm }: { readonly wasCalm: boolean },
  ): void {
    const { announce, name: errorName, message } = Object(error) as Readonly<Record<string, unknown>>;
    this.#world.note(node.process.name, `could not announce "${name}": ${String(errorName)}`);
    if (String(message).includes('eyJhbGciOi')) this.#violate(node, name, 'has a token in its error');
    const isConfig = errorName === 'ToriiConfigError';
    const { fromMs } = this.#presentOf(node);
    const nearMs = fromMs + maxAheadMs - 7_000;
    if (isConfig && (atMs === undefined ? this.#mayDiffer(node) : atMs > nearMs)) return;
    if (typeof announce !== 'function')
      this.#violate(node, name, `fails with ${String(errorName)}: ${String(message)}`);
    if (wasCalm) this.#violate(node, name, 'could not be announced, although nothing has disturbed the node');
  }

  #repeat(node: Node, name: string, before: number, error: unknown): void {
    const announce = Reflect.get(Object(error), 'announce');
    if (typeof announce !== 'function') return;
    const begunAtMs = this.#world.nowMs;
    node.announcing += 1;
    this.#world.note(node.process.name, `announces "${name}" again`);
    Promise.resolve(Reflect.apply(announce, error, [])).then(
      // The product may have announced it in the meantime.
      () => {
        node.announcing -= 1;
        this.#judgeAnnounced(node, name, before, begunAtMs - restoreMs(node));
      },
      (again: unknown) => {
        node.announcing -= 1;
        const isRight = typeof Reflect.get(Object(again), 'announce') === 'function';
        if (!isRight) this.#violate(node, name, `fails again with ${String(again)}`);
      },
    );
  }

  #violate(node: Node, name: string, text: string): void {
    this.#world.violate(44, `${node.process.name}: the revocation of "${name}" ${text}`);
  }
}
