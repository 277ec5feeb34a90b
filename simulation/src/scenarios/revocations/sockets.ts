import type { World } from '../../world/world.ts';
import type { Node, Outcome } from './node.ts';
import type { RevocationsPlan, Step } from './plan.ts';
import type { Fact, StoreFacts } from './store-facts.ts';
import { type Token, tokenOf } from './tokens.ts';

type SocketStep = Extract<Step, { readonly kind: 'socket' }>;

interface Socket {
  readonly node: Node;
  readonly token: Token;
  isOpen: boolean;
}

/** A socket that a process knows to be over is closed within this time, if the process runs. */
const closeMs = 100;
/** The expiry of a token is looked up once a second. */
const expiryMs = 2_500;

/** Callers that stay connected: `untilRevoked` says when their time is over. */
export class Sockets {
  readonly #world: World;
  readonly #plan: RevocationsPlan;
  readonly #facts: StoreFacts;
  readonly #all: Socket[] = [];
  readonly #ending = new AbortController();

  constructor(world: World, plan: RevocationsPlan, facts: StoreFacts) {
    [this.#world, this.#plan, this.#facts] = [world, plan, facts];
  }

  /** Runs in the process of the node. */
  async begin(node: Node, { who: user, actor, lifeSeconds, idlesMs }: SocketStep, iat: number): Promise<void> {
    const life = Math.min(lifeSeconds, this.#plan.maxTokenSeconds);
    const token = tokenOf({ user, organization: user % 2, actor, iat, lifeSeconds: life });
    const outcome = await node.answer(token.text);
    if (outcome.kind !== 'accepted') return;
    if (idlesMs === 0) return this.#open(node, token, outcome);
    this.#world.schedule.after(idlesMs, () => node.process.deliver(() => void this.#open(node, token, outcome)));
  }

  async #open(node: Node, token: Token, outcome: Extract<Outcome, { readonly kind: 'accepted' }>): Promise<void> {
    if (node.isClosed) return;
    const socket: Socket = { node, token, isOpen: true };
    this.#all.push(socket);
    this.#world.note(node.process.name, `opens a socket for ${token.name}`);
    for (const fact of node.learned.values()) if (fact.untilMs > this.#world.nowMs) this.#judgeFact(socket, fact);
    this.#judgeStale(socket);
    try {
      const reason = await node.revocations.untilRevoked(outcome.auth, { signal: this.#ending.signal });
      socket.isOpen = false;
      this.#world.note(node.process.name, `closes the socket for ${token.name}: ${reason}`);
      this.#judgeEnd(socket, reason);
    } catch (error) {
      if (error === this.#ending.signal.reason) return;
      this.#violate(40, socket, `fails: ${String(error)}`);
    }
  }

  /** The callers leave. */
  close(): void {
    this.#ending.abort(new Error('The caller has left.'));
  }

  /** Called when a node learns of a revocation. */
  judgeLearned(node: Node, fact: Fact): void {
    for (const socket of this.#all) if (socket.node === node) this.#judgeFact(socket, fact);
  }

  /** Called when a node says that its feed is stale. */
  judgeAllStale(node: Node): void {
    for (const socket of this.#all) if (socket.node === node) this.#judgeStale(socket);
  }

  judgeExpired(): void {
    for (const socket of this.#all) {
      const { node, token } = socket;
      if (node.process.wallMs >= token.exp * 1000 + expiryMs && this.#isOverdue(socket)) {
        this.#violate(40, socket, 'is still open, although its token has expired');
      }
    }
  }

  #judgeFact(socket: Socket, { subject, before }: Fact): void {
    const { token } = socket;
    if (!token.subjects.includes(subject) || token.claims.iat > before) return;
    this.#world.schedule.after(closeMs, () => {
      if (this.#isOverdue(socket)) this.#violate(40, socket, `is still open, although "${subject}" is revoked`);
    });
  }

  #judgeStale(socket: Socket): void {
    const { node } = socket;
    if (this.#plan.whenStale === 'accept' || !node.isStale) return;
    this.#world.schedule.after(closeMs, () => {
      if (isStale(node) && this.#isOverdue(socket))
        this.#violate(42, socket, 'is still open, although the feed is stale');
    });
  }

  #isOverdue({ node, isOpen }: Socket): boolean {
    const { process } = node;
    return (
      isOpen &&
      !node.isClosed &&
      !process.isDead &&
      !process.isFrozen &&
      this.#world.nowMs - process.thawedAtMs >= expiryMs
    );
  }

  #judgeEnd(socket: Socket, reason: string): void {
    const { node, token } = socket;
    if (reason === 'token_expired') {
      if (node.process.wallMs < token.exp * 1000) this.#violate(40, socket, 'is closed before its token expires');
    } else if (reason === 'token_revoked') {
      const isNamed = this.#facts.mayRefuse(token) || token.claims.iat <= node.compactedBefore;
      if (!isNamed) this.#violate(43, socket, 'is closed as revoked, although nothing names it');
    } else if (this.#plan.whenStale === 'accept' || node.revocations.health().status === 'current') {
      this.#violate(42, socket, `is closed: ${reason}`);
    }
  }

  #violate(statement: number, { node, token }: Socket, text: string): void {
    this.#world.violate(statement, `${node.process.name}: the socket for ${token.name} ${text}`);
  }
}

/** By its events and by its health: a clock that is corrected ends a silence without an event. */
function isStale({ isStale, revocations }: Node): boolean {
  return isStale && revocations.health().status === 'stale';
}
