import type { Answer } from '../../world/network.ts';
import type { World } from '../../world/world.ts';
import { issuerOf, type KeyPair, keyOf } from './tenant-tokens.ts';

type Mode = 'status 500' | 'hang' | 'slow';

const slowMs = 3_000;

/** The key endpoint of a tenant's issuer. */
export class TenantServer {
  readonly tenant: number;
  readonly origin: string;
  readonly #world: World;
  #published: readonly KeyPair[];
  /** When each key was published: from, until. */
  readonly #times: { readonly name: string; readonly fromMs: number; untilMs: number }[] = [];
  readonly #modes: Mode[] = [];
  /** When it last had trouble. -1: never. */
  #troubleAtMs = -1;
  #text: string | undefined;

  constructor(world: World, tenant: number) {
    this.#world = world;
    this.tenant = tenant;
    this.origin = issuerOf(tenant);
    this.#published = [keyOf(tenant, 0)];
    this.#note(0);
    world.network.addServer(this.origin, () => this.#answer());
  }

  get published(): readonly KeyPair[] {
    return this.#published;
  }

  change(change: 'add' | 'withdraw' | 'back'): void {
    const [first, second] = [keyOf(this.tenant, 0), keyOf(this.tenant, 1)];
    const keys = { add: [first, second], withdraw: [second], back: [first] }[change];
    this.#published = keys;
    this.#text = undefined;
    this.#note(this.#world.nowMs);
    this.#world.note(`t${this.tenant}`, `publishes ${keys.map(({ name }) => name).join(', ')}`);
  }

  #note(nowMs: number): void {
    for (const time of this.#times) {
      const isOut = this.#published.every(({ name }) => name !== time.name);
      if (time.untilMs === Number.POSITIVE_INFINITY && isOut) time.untilMs = nowMs;
    }
    for (const { name } of this.#published) {
      const isKnown = this.#times.some((time) => time.name === name && time.untilMs === Number.POSITIVE_INFINITY);
      if (!isKnown) this.#times.push({ name, fromMs: nowMs, untilMs: Number.POSITIVE_INFINITY });
    }
  }

  behave(mode: Mode, forMs: number): void {
    this.#modes.push(mode);
    this.#world.note(`t${this.tenant}`, `${mode} for ${forMs} ms`);
    this.#world.schedule.after(forMs, () => {
      this.#modes.splice(this.#modes.indexOf(mode), 1);
      this.#troubleAtMs = this.#world.nowMs;
    });
  }

  /** Whether it has answered as it should since a time. */
  worksSince(atMs: number): boolean {
    return this.#modes.length === 0 && this.#troubleAtMs < atMs;
  }

  /** Whether it has published a key at some time since then. */
  hasPublished(name: string, sinceMs: number): boolean {
    return this.#times.some((time) => time.name === name && time.untilMs >= sinceMs);
  }

  /** Whether it has published a key the whole time since then. */
  publishesSince(name: string, sinceMs: number): boolean {
    return this.#times.some(
      (time) => time.name === name && time.fromMs <= sinceMs && time.untilMs === Number.POSITIVE_INFINITY,
    );
  }

  #answer(): Answer {
    const mode = this.#modes.at(-1);
    if (mode === 'hang') return 'hang';
    if (mode === 'status 500') return { status: 500, body: '' };
    this.#text ??= JSON.stringify({ keys: this.#published.map(({ kid, publicJwk }) => ({ ...publicJwk, kid })) });
    return { status: 200, body: this.#text, afterMs: mode === 'slow' ? slowMs : 0 };
  }
}
