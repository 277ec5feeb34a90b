import type { RevocationAnnouncer } from '@torii/core';
import type { VirtualProcess } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import type { FeedFault } from './plan.ts';

/** One announcement that a client has made. */
export interface Announced {
  readonly userId: string;
  /** `undefined`: the present and 30 seconds. */
  readonly at: string | undefined;
  readonly process: VirtualProcess;
  readonly begunAtMs: number;
  /** When the process learned of its end, and whether it failed. */
  settledAtMs: number | undefined;
  hasFailed: boolean;
}

const waitsMs = { fails: 20, slow: 3_000, 'too slow': 8_000, open: 10 } as const;

/** What takes the place of `createRevocations`: announcements that arrive, fail or hang. */
export class Feed {
  onAnnounced: (announced: Announced) => void = () => {};
  readonly #world: World;
  readonly #faults: { readonly fromMs: number; readonly untilMs: number; readonly mode: FeedFault['mode'] }[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  addFault({ fromMs, forMs, mode }: FeedFault, startMs: number): void {
    this.#faults.push({ fromMs: startMs + fromMs, untilMs: startMs + fromMs + forMs, mode });
  }

  announcerOf(process: VirtualProcess, environmentId: string): RevocationAnnouncer {
    return {
      issuer: 'https://issuer.test',
      environmentId,
      revokeUser: (userId, options) => this.#announce(process, userId, options?.at),
    };
  }

  #announce(process: VirtualProcess, userId: string, at: Date | string | undefined): Promise<void> {
    const { nowMs, schedule } = this.#world;
    const mode =
      this.#faults.find(({ fromMs, untilMs }) => fromMs <= nowMs && nowMs < untilMs)?.mode ?? ('open' as const);
    const moment = at === undefined ? undefined : String(at);
    const announced: Announced = {
      userId,
      at: moment,
      process,
      begunAtMs: nowMs,
      settledAtMs: undefined,
      hasFailed: mode === 'fails' || mode === 'throws',
    };
    this.#world.note(process.name, `announces ${userId} at ${moment ?? 'the present'}: ${mode}`);
    this.onAnnounced(announced);
    if (mode === 'throws') {
      announced.settledAtMs = nowMs;
      throw new Error('The feed of the simulation throws.');
    }
    if (mode === 'hangs') return new Promise(() => {});
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        announced.settledAtMs = this.#world.nowMs;
        if (mode === 'fails') reject(new Error('The feed of the simulation fails.'));
        else resolve();
      };
      schedule.after(waitsMs[mode], () => process.deliver(settle));
    });
  }
}
