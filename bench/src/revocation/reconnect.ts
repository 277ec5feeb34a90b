import { setTimeout as sleep } from 'node:timers/promises';
import type { Material } from '../material.ts';
import { tellProgress } from '../progress.ts';
import { scaled } from '../settings.ts';
import type { Scope } from './entries.ts';
import { monotonicMs } from './feeds.ts';
import { endFleet, startFleet } from './fleet.ts';
import type { StoreServer } from './servers.ts';
import { store } from './stored.ts';

export const reconnectFeeds: number = Math.max(4, scaled(1_000));
export const reconnectProcesses = 4;
export const reconnectEntries: number = scaled(100);

export interface Reconnect {
  readonly downSeconds: number;
  /** When half of the feeds and all of them were current, in seconds after the server answered again. */
  readonly half: number;
  readonly all: number;
  /** The highest number of connections per second that were opened after the server answered again. */
  readonly peak: number;
}

/** Kills the server and starts it again, while all feeds are connected. */
export async function measureReconnects(
  server: StoreServer,
  material: Material,
  scope: Scope,
  outages: readonly number[],
): Promise<readonly Reconnect[]> {
  tellProgress('Reconnecting', 0);
  await store(server, scope, reconnectEntries);
  const feeds = reconnectFeeds / reconnectProcesses;
  const fleet = await startFleet(server, reconnectProcesses, { feeds, ...scope, jwk: material.jwk });
  try {
    const measured: Reconnect[] = [];
    for (const [index, downSeconds] of outages.entries()) {
      tellProgress('Reconnecting', (index + 1) / (outages.length + 1));
      for (const each of fleet) each.send({ type: 'expectOutage' });
      await Promise.all(fleet.map((each) => each.next('watching')));
      await server.kill();
      await sleep(downSeconds * 1_000);
      await server.start();
      const upMs = monotonicMs();
      const reports = await Promise.all(fleet.map((each) => each.next('recovered')));
      const current = reports.flatMap((report) => report.current).toSorted((a, b) => a - b);
      const secondsOf = (share: number): number =>
        ((current[Math.ceil(current.length * share) - 1] ?? upMs) - upMs) / 1_000;
      const peak = peakOf(reports.flatMap(({ attempts }) => attempts.filter((ms) => ms >= upMs)));
      measured.push({ downSeconds, half: secondsOf(0.5), all: secondsOf(1), peak });
    }
    return measured;
  } finally {
    await endFleet(fleet);
  }
}

/** The highest number of these times within one second. */
function peakOf(moments: readonly number[]): number {
  const sorted = moments.toSorted((a, b) => a - b);
  let [first, peak] = [0, 0];
  for (const [last, moment] of sorted.entries()) {
    while (moment - (sorted[first] ?? moment) > 1_000) first += 1;
    peak = Math.max(peak, last - first + 1);
  }
  return peak;
}
