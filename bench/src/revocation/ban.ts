import { createToriiClient } from '@torii/api';
import { startEmulator } from '@torii/emulator';
import { createRevocations } from '@torii/revocation';
import type { JWK } from 'jose';
import { tellProgress } from '../progress.ts';
import { scaled } from '../settings.ts';
import { connectStore, monotonicMs } from './feeds.ts';
import { endFleet, startFleet } from './fleet.ts';
import type { StoreServer } from './servers.ts';

export const banFeeds: number = Math.max(4, scaled(200));
export const banProcesses = 4;
const bans = Math.max(2, scaled(100));

export interface BanTimes {
  /** From the call of `ban` until the last server refuses the token, in milliseconds. */
  readonly refused: readonly number[];
  /** From the call of `ban` until its promise resolves, which includes the request to the API. */
  readonly resolved: readonly number[];
}

/** Bans users one after the other. Waits each time until all servers refuse the user's token. */
export async function measureBans(server: StoreServer): Promise<BanTimes> {
  const title = `Bans over ${server.name}`;
  tellProgress(title, 0);
  await using emulator = await startEmulator();
  await using client = await connectStore(server.name, server.port);
  const { issuer, environmentId, secretKey, apiUrl } = emulator;
  const keySet = (await (await fetch(emulator.jwksUrl)).json()) as { readonly keys: readonly JWK[] };
  const [jwk = {}] = keySet.keys;
  const users = await Promise.all(
    Array.from({ length: bans + 1 }, (_, index) => emulator.createUser({ email: `user${index}@example.com` })),
  );
  const tokens = await Promise.all(users.map(({ id }) => emulator.token({ user: id })));
  const revocations = createRevocations({ issuer, environmentId, feed: client.createFeed() });
  await revocations.ready();
  const torii = createToriiClient({ secretKey, apiUrl, revocations });
  const fleet = await startFleet(server, banProcesses, { feeds: banFeeds / banProcesses, issuer, environmentId, jwk });
  try {
    for (const each of fleet) each.send({ type: 'watch', tokens });
    await Promise.all(fleet.map((each) => each.next('watching')));
    const [refused, resolved]: [number[], number[]] = [[], []];
    for (const [index, user] of users.entries()) {
      tellProgress(title, index / users.length);
      const begunMs = monotonicMs();
      const [moments] = await Promise.all([
        Promise.all(fleet.map((each) => each.next('refused', index))),
        torii.users.ban(user.id).then(() => {
          resolved.push(monotonicMs() - begunMs);
        }),
      ]);
      refused.push(Math.max(...moments.map(({ atMs }) => atMs)) - begunMs);
    }
    // The first ban opens connections and compiles code. It is not counted.
    return { refused: refused.slice(1), resolved: resolved.slice(1) };
  } finally {
    await endFleet(fleet);
    await revocations.close();
  }
}
