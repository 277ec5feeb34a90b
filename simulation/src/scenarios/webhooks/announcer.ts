import type { RevocationAnnouncer } from '@torii/core';
import { connectionError } from '../../world/network.ts';
import type { VirtualProcess } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import { current } from './app.ts';
import type { Announcement, Delivery } from './delivery.ts';
import { environmentId, type FeedFault } from './story.ts';

export const feedOrigin = 'redis://feed.test';

/** The feed of revocations that all processes share: `revokeUser` resolves when it has accepted an entry. */
export class Feed {
  readonly #world: World;
  #fault: FeedFault | undefined;

  constructor(world: World) {
    this.#world = world;
  }

  begin(fault: FeedFault | null): void {
    if (fault === null) return;
    this.#fault = fault;
    this.#world.note('feed', `${fault.fault} for ${fault.forMs} ms`);
    this.#world.schedule.after(fault.forMs, () => {
      if (this.#fault === fault) this.#fault = undefined;
    });
  }

  announcerOf(process: VirtualProcess, begin: (delivery: Delivery, announcement: Announcement) => void) {
    const revokeUser: RevocationAnnouncer['revokeUser'] = async (userId, { at } = {}) => {
      const delivery = current.getStore();
      const announcement: Announcement = {
        userId,
        atMs: at === undefined ? Number.NaN : new Date(at).getTime(),
        begunAtMs: this.#world.nowMs,
        begunWallMs: process.wallMs,
        begunSteadyMs: process.steadyMs,
        callsBefore: delivery?.calls.length ?? 0,
        outcome: undefined,
      };
      if (delivery !== undefined) begin(delivery, announcement);
      try {
        await this.#write(process);
        announcement.outcome = 'accepted';
      } catch (error) {
        announcement.outcome = 'failed';
        throw error;
      }
    };
    return { issuer: 'https://acme.torii.so', environmentId, revokeUser };
  }

  #sleep(process: VirtualProcess, forMs: number): void {
    this.#world.schedule.after(0, () => {
      process.freeze({ stopsSteadyClock: true });
      this.#world.schedule.after(forMs, () => process.thaw());
    });
  }

  #write(process: VirtualProcess): Promise<void> {
    const { fault, afterMs = 0 } = this.#fault ?? {};
    if (fault === 'sleeps') this.#sleep(process, afterMs);
    const work = (): void => {
      if (fault === 'fails') throw connectionError('READONLY or LOADING', 'EFEED');
    };
    if (fault === 'hangs') return new Promise(() => {});
    return this.#world.network.call(process, feedOrigin, work, fault === 'is slow' ? afterMs : 0);
  }
}
