import { createPublicKey, type KeyObject } from 'node:crypto';
import { checkOnce } from '../../product/node-modules.ts';
import type { Answer } from '../../world/network.ts';
import { epochMs } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import { type KeyName, keyOf, nameOfPem } from './keys.ts';
import type { GatewayMode } from './plan.ts';
import type { Store } from './store.ts';

interface Change {
  readonly atMs: number;
  readonly key: KeyName | null;
  /** Whether the change came from a rotation. */
  readonly isFlip: boolean;
  /** Whether the rotation was made because the old key leaked. */
  readonly isLeaked: boolean;
}

const unreadable: ReadonlySet<GatewayMode | 'open'> = new Set<GatewayMode>([
  'error',
  'redirect',
  'hang',
  'reset',
  'endless body',
  'huge',
  'garbage',
]);

const failing: ReadonlySet<GatewayMode | 'open'> = new Set<GatewayMode>([
  'error',
  'redirect',
  'reset',
  'huge',
  'garbage',
]);

const publicKeys: Map<KeyName, KeyObject> = new Map();

/** A gateway that watches the slot, and takes a new key after a while. */
export class Gateway {
  mode: GatewayMode | 'open' = 'open';
  /** Since when every request fails at once. */
  failingSinceMs: number = Number.POSITIVE_INFINITY;
  readonly changes: Change[] = [{ atMs: 0, key: null, isFlip: false, isLeaked: false }];
  /** Whether the last change of the slot was made by a rotation. */
  isFlip = false;
  isLeaked = false;
  readonly #world: World;
  readonly #store: Store;
  readonly #lagMs: number;
  readonly #answersJson: boolean;
  #seen: KeyName | null = null;
  #file: KeyName | null = null;

  constructor(world: World, store: Store, lagMs: number, answersJson: boolean) {
    this.#world = world;
    this.#store = store;
    this.#lagMs = lagMs;
    this.#answersJson = answersJson;
  }

  /** The key that it verifies tokens with. */
  get used(): KeyName | null {
    return this.#file ?? this.#seen;
  }

  get lastChange(): Change {
    return this.changes.at(-1) ?? { atMs: 0, key: null, isFlip: false, isLeaked: false };
  }

  /** The key that its answer of now names: `null` for no key, and `undefined` if the answer says nothing. */
  get told(): KeyName | null | undefined {
    if (['no key', 'empty'].includes(this.mode)) return null;
    return unreadable.has(this.mode) ? undefined : this.used;
  }

  /** The keys that it used between two times. */
  usedBetween(fromMs: number, toMs: number): ReadonlySet<KeyName | null> {
    const during = this.changes.filter((change, index) => {
      const next = this.changes[index + 1];
      return change.atMs <= toMs && (next === undefined || next.atMs >= fromMs);
    });
    return new Set(during.map(({ key }) => key));
  }

  setMode(mode: GatewayMode | 'open'): void {
    this.mode = mode;
    this.failingSinceMs = failing.has(mode) ? this.#world.nowMs : Number.POSITIVE_INFINITY;
  }

  slotChanged(): void {
    this.#world.schedule.after(this.#lagMs, () => this.look());
  }

  look(): void {
    if (this.mode === 'cut off') return;
    this.#seen = nameOfPem(this.#store.slot?.value);
    this.#noteChange();
  }

  setFile(file: KeyName | null): void {
    this.#file = file;
    this.#noteChange(false);
  }

  #noteChange(isFlip: boolean = this.isFlip): void {
    if (this.used === this.lastChange.key) return;
    this.changes.push({ atMs: this.#world.nowMs, key: this.used, isFlip, isLeaked: this.isLeaked });
    this.#world.note('gateway', `uses ${this.used ?? 'no key'}`);
  }

  /** An answer has headers with the mode and the key that it names, for the rules. */
  answer(): Answer {
    const answer = this.#answer();
    if (typeof answer === 'string' || 'fails' in answer) return answer;
    return { ...answer, headers: { ...answer.headers, 'x-mode': this.mode, 'x-key': this.told ?? '' } };
  }

  #answer(): Answer {
    const { used } = this;
    const pem = used === null ? '' : keyOf(used).publicPem;
    const text = this.#answersJson ? JSON.stringify({ public_key: pem }) : pem;
    const good: Answer = used === null ? { status: 404, body: 'no key' } : { status: 200, body: text };
    switch (this.mode) {
      case 'error':
        return { status: 503, body: 'unavailable' };
      case 'redirect':
        return { status: 302, headers: { location: 'https://elsewhere.test/pubkey' }, body: '' };
      case 'no key':
        return { status: 404, body: 'no key' };
      case 'hang':
        return 'hang';
      case 'reset':
        return 'reset';
      case 'slow':
        return { ...good, afterMs: 1_500 };
      case 'too slow':
        return { ...good, afterMs: 2_600 };
      case 'slow body':
        return {
          status: 200,
          body: [
            { afterMs: 900, text: text.slice(0, 100) },
            { afterMs: 900, text: text.slice(100) },
          ],
        };
      case 'endless body':
        return { status: 200, body: endless(100, ' ') };
      case 'huge':
        return { status: 200, body: ' '.repeat(17_000) + text };
      case 'garbage':
        return { status: 200, body: '<html>maintenance</html>' };
      case 'empty':
        return { status: 200, body: '' };
      default:
        return good;
    }
  }

  /** Whether it opens a socket: a real check of the signature, and of the expiry without leeway. */
  admits(token: string): boolean {
    const { used } = this;
    const [header = '', payload = '', signature = ''] = token.split('.');
    if (used === null) return false;
    const key = publicKeys.get(used) ?? createPublicKey(keyOf(used).publicPem);
    publicKeys.set(used, key);
    const isGood = checkOnce('sha256', Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url'));
    const { exp, iat, sub, allowed_streams: streams } = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const isWhole = Number.isInteger(exp) && Number.isInteger(iat) && typeof sub === 'string' && Array.isArray(streams);
    return isGood && isWhole && exp * 1000 > epochMs + this.#world.nowMs;
  }
}

function* endless(afterMs: number, text: string): Generator<{ readonly afterMs: number; readonly text: string }> {
  for (;;) yield { afterMs, text };
}
