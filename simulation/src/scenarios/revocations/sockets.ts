import type { World } from '../../world/world.ts';
import type { Node } from './node.ts';
import type { RevocationsPlan } from './plan.ts';
import type { Fact, StoreFacts } from './store-facts.ts';
import { type Token, tokenOf } from './tokens.ts';

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
  async open(node: Node, user: number, iat: number, lifeSeconds: number): Promise<void> {
    const life = Math.min(lifeSeconds, this.#plan.maxTokenSeconds);
    const token = tokenOf({ user, organization: user % 2, actor: null, iat, lifeSeconds: life });
    const outcome = await node.answer(token.text);
    if (outcome.kind !== 'accepted') return;
    const socket: Socket = { node, token, isOpen: true };
    this.#all.push(socket);
    this.#world.note(node.process.name, `opens a socket for ${token.name}`);
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
  judgeLearned(node: Node, { subject, before }: Fact): void {
    for (const socket of this.#all) {
      const { token } = socket;
      if (socket.node !== node || !token.subjects.includes(subject) || token.claims.iat > before) continue;
      this.#world.schedule.after(closeMs, () => {
        if (this.#isOverdue(socket)) this.#violate(40, socket, `is still open, although "${subject}" is revoked`);
      });
    }
  }

  judgeExpired(): void {
    for (const socket of this.#all) {
      const { node, token } = socket;
      if (node.process.wallMs >= token.exp * 1000 + expiryMs && this.#isOverdue(socket)) {
        this.#violate(40, socket, 'is still open, although its token has expired');
      }
    }
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
