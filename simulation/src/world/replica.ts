import type { StreamStore } from './stream-store.ts';
import type { World } from './world.ts';

/** A master tells its replicas that often that it is alive. */
const pingMs = 10_000;
/** A replica that hears nothing for so long closes its link. */
const timeoutMs = 60_000;

/** `silent`: nothing arrives, and the connection stays open. `down`: it is closed. */
export type ReplicaLink = 'up' | 'silent' | 'down';

/** A server that follows a master, and answers reads from what it has got. */
export class Replica {
  readonly store: StreamStore;
  readonly #world: World;
  readonly #master: StreamStore;
  readonly #lagMs: number;
  #link: ReplicaLink = 'up';
  /** When it last heard from the master, before the link was broken, or apart from pings. */
  #heardAtMs: number;

  constructor(world: World, master: StreamStore, lagMs: number) {
    [this.#world, this.#master, this.#lagMs] = [world, master, lagMs];
    this.#heardAtMs = world.nowMs;
    this.store = master.copy();
    this.store.replica = () => ({
      isLinked: this.#link !== 'down' && world.nowMs - this.#lastHeardMs < timeoutMs,
      heardAtMs: this.#lastHeardMs,
    });
    this.noteChange();
  }

  /** Call it after each change of the master. */
  noteChange(): void {
    const atMs = this.#world.nowMs;
    this.#world.schedule.after(this.#lagMs, () => this.#take(atMs));
  }

  setLink(link: ReplicaLink): void {
    this.#heardAtMs = this.#lastHeardMs;
    this.#link = link;
    this.#world.note('replica', `its link to the master is ${link}`);
    if (link === 'up') this.noteChange();
  }

  get #lastHeardMs(): number {
    if (this.#link !== 'up') return this.#heardAtMs;
    return Math.max(this.#heardAtMs, Math.floor(this.#world.nowMs / pingMs) * pingMs);
  }

  #take(atMs: number): void {
    if (this.#link !== 'up') return;
    this.#heardAtMs = this.#world.nowMs;
    this.store.mirror(this.#master, atMs);
    this.store.changed();
  }
}
