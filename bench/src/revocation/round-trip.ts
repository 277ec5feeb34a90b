import type { RevocableToken } from '@torii/core';
import { Redis } from 'ioredis';
import { type Measured, measureInRounds } from '../rounds.ts';
import { scaled } from '../settings.ts';
import { userIdOf } from './entries.ts';
import type { Filled } from './filled.ts';
import type { StoreServer } from './servers.ts';

const requests = scaled(5_000);

export const lookup = 'check, the token looked up among all';
export const oneByOne = 'GET of Redis, one by one';
export const inFlight = 'GET of Redis, 64 in flight';

/** Microseconds per request, for two designs: our check in memory, and a Redis key per user that is read on every request. */
export async function measureRoundTrips(
  server: StoreServer,
  filled: Filled,
  token: RevocableToken,
  rounds: number,
): Promise<Measured> {
  const redis = new Redis(server.port, '127.0.0.1');
  const isDenied = async (serial: number): Promise<boolean> => (await redis.get(`denied:${userIdOf(serial)}`)) !== null;
  try {
    await redis.mset(Array.from({ length: requests }, (_, serial) => [`denied:${userIdOf(2 * serial)}`, '1']).flat());
    return await measureInRounds(
      'Round trips',
      [
        {
          name: lookup,
          run: async () =>
            timed(async () => {
              for (let i = 0; i < requests; i++) {
                token.mark = undefined;
                filled.revocations.check(token);
              }
            }),
        },
        {
          name: oneByOne,
          run: async () =>
            timed(async () => {
              for (let i = 0; i < requests; i++) await isDenied(i);
            }),
        },
        {
          name: inFlight,
          run: async () =>
            timed(async () => {
              let next = 0;
              const worker = async (): Promise<void> => {
                while (next < requests) await isDenied(next++);
              };
              await Promise.all(Array.from({ length: 64 }, worker));
            }),
        },
      ],
      rounds,
    );
  } finally {
    redis.disconnect();
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await work();
  return ((performance.now() - begun) / requests) * 1_000;
}
