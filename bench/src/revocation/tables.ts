import { atMost, formatNumber, withSpread } from '../limits.ts';
import { tableOfRatios } from '../ratio-table.ts';
import { type Measured, median, ratiosTo, spreadOf, valuesOf } from '../rounds.ts';
import type { Chart, Limit, LineChart, Table } from '../section.ts';
import { type BanTimes, banFeeds, banProcesses } from './ban.ts';
import { type CheckKind, checkKinds, sizes } from './check.ts';
import type { Held } from './memory.ts';
import { type Reconnect, reconnectEntries, reconnectFeeds, reconnectProcesses } from './reconnect.ts';
import { inFlight, lookup, oneByOne } from './round-trip.ts';
import { storedEntries } from './start.ts';

export interface Part {
  readonly tables: readonly Table[];
  readonly limits: readonly Limit[];
  readonly charts?: readonly Chart[];
  readonly lineCharts?: readonly LineChart[];
}

const [, , , large = 0, largest = 0] = sizes;
const checkNames: Readonly<Record<CheckKind, string>> = {
  known: 'no entry has arrived since the last check',
  user: 'an entry has arrived: a user',
  organization: 'an entry has arrived: a user in an organization',
  impersonated: 'an entry has arrived: an impersonated user',
  whole: 'twenty entries have arrived: a user',
};

export function describeChecks(measured: ReadonlyMap<CheckKind, Measured>): Part {
  const of = (kind: CheckKind): Measured => measured.get(kind) ?? new Map();
  const nanosecondsOf = (kind: CheckKind, size: number): number => median(valuesOf(of(kind), String(size)));
  const growthOf = (kind: CheckKind) => ratiosTo(of(kind), String(largest), String(large));
  return {
    tables: [
      {
        title: `The check of a token, with 0 to ${formatNumber(largest)} revocations`,
        columns: ['ns', ...sizes.map((size) => formatNumber(size)), 'the last to the one before'],
        rows: checkKinds.map((kind) => [
          checkNames[kind],
          ...sizes.map((size) => formatNumber(nanosecondsOf(kind, size))),
          withSpread(growthOf(kind)),
        ]),
        note: 'The processor time of `check`, for 5,000 tokens in turn: as many as a verifier remembers by default. A token that was accepted before is compared with the entries that have arrived since. If there are more than eight, it is looked up among all: that waits for memory, because the revocations of the last row do not fit into the caches of the processor.',
      },
    ],
    limits: checkKinds
      .filter((kind) => kind !== 'whole')
      .flatMap((kind) => [
        atMost(
          `Check with ${formatNumber(large)} revocations, ${checkNames[kind]}`,
          100,
          'ns',
          spreadOf(valuesOf(of(kind), String(large))),
        ),
        atMost(
          `Check with ${formatNumber(largest)} revocations, ${checkNames[kind]}`,
          2,
          `times that with ${formatNumber(large)}`,
          growthOf(kind),
        ),
      ]),
    charts: [
      {
        title: `A check right after an entry has arrived: 0 to ${formatNumber(largest)} revocations`,
        unit: 'ns',
        better: 'less',
        bars: sizes.map((size) => ({
          name: `${formatNumber(size)} revocations`,
          value: nanosecondsOf('user', size),
          kind: 'ours',
        })),
      },
    ],
    lineCharts: [
      {
        title: 'The check of a token against revocations',
        things: 'revocations',
        unit: 'ns of processor time',
        better: 'less',
        lines: (['user', 'known'] as const).map((kind) => ({
          name: kind === 'user' ? 'an entry has arrived' : 'none has arrived since',
          kind: kind === 'user' ? 'ours' : 'other',
          points: sizes.map((size) => ({ size, ...spreadOf(valuesOf(of(kind), String(size))) })),
        })),
      },
    ],
  };
}

export const [without, withRevocations] = ['without revocations', `with ${formatNumber(large)} revocations`];

export function describeVerification(known: Measured, cold: Measured): Part {
  return {
    tables: [
      tableOfRatios({
        title: 'Verifying a known token, with and without revocations',
        measured: known,
        unit: 'per second',
        bases: [without],
        note: 'The same token again, in a new string, as in a request.',
      }),
      tableOfRatios({
        title: 'Verifying a new token, with and without revocations',
        measured: cold,
        unit: 'per second',
        bases: [without],
        note: 'With revocations, the verifier computes the SHA-256 of each new token.',
      }),
    ],
    limits: [],
  };
}

export function describeMemory(held: readonly Held[]): Part {
  const kinds = { user: 'users', member: 'members, each of one organization', token: 'tokens' } as const;
  return {
    tables: [
      {
        title: 'Memory of a revocation',
        columns: ['', 'revocations', 'bytes each'],
        rows: held.map(({ kind, count, bytesEach }) => [kinds[kind], formatNumber(count), formatNumber(bytesEach)]),
        note: 'The heap in use after a full garbage collection, minus that of the same process before. The ids are UUIDs of 36 characters, and take 56 of the bytes.',
      },
    ],
    limits: held.map(({ kind, count, bytesEach }) =>
      atMost(`Memory of a revocation, ${formatNumber(count)} ${kinds[kind]}`, 200, 'bytes', bytesEach),
    ),
  };
}

export interface Start {
  readonly name: string;
  readonly milliseconds: readonly number[];
}

export function describeStarts(starts: readonly Start[]): Part {
  return {
    tables: [
      {
        title: `From the start to the first snapshot, with ${formatNumber(storedEntries)} revocations in the store`,
        columns: ['', 'ms, median', 'ms, slowest'],
        rows: starts.map(({ name, milliseconds }) => [
          name,
          formatNumber(median(milliseconds)),
          formatNumber(Math.max(...milliseconds)),
        ]),
        note: 'In a new process each time, with a server on the same machine. The start of Node and the connection of the app are not included.',
      },
    ],
    limits: starts
      .filter(({ name }) => name.startsWith('Redis'))
      .map(({ name, milliseconds }) =>
        atMost(
          `First snapshot of ${formatNumber(storedEntries)} revocations, ${name}`,
          1_000,
          'ms',
          spreadOf(milliseconds),
        ),
      ),
  };
}

export interface Bans {
  readonly name: string;
  readonly times: BanTimes;
}

export function describeBans(all: readonly Bans[]): Part {
  const fleet = `${formatNumber(banFeeds)} feeds in ${banProcesses} processes`;
  return {
    tables: [
      {
        title: `From \`users.ban()\` to the refusal on the last of ${fleet}`,
        columns: [
          '',
          'bans',
          'ms, median',
          'ms, 99th percentile',
          'ms, slowest',
          'ms, median, until `ban()` has resolved',
        ],
        rows: all.map(({ name, times: { refused, resolved } }) => [
          name,
          formatNumber(refused.length),
          formatNumber(median(refused)),
          formatNumber(percentile(refused, 0.99)),
          formatNumber(Math.max(...refused)),
          formatNumber(median(resolved)),
        ]),
        note: 'The client announces a ban before it calls the API, so servers may refuse before the API has answered. `ban()` resolves after the announcement that follows the answer.',
      },
    ],
    limits: all
      .filter(({ name }) => name === 'Redis')
      .map(({ times }) =>
        atMost(`From a ban to the refusal on the last of ${fleet}, p99`, 1_000, 'ms', percentile(times.refused, 0.99)),
      ),
  };
}

export function describeReconnects(all: readonly Reconnect[]): Part {
  const feeds = `${formatNumber(reconnectFeeds)} feeds`;
  return {
    tables: [
      {
        title: `${feeds} reconnect at once`,
        columns: [
          'Redis was down for',
          's until half are current',
          's until all are',
          'most connections begun in a second',
        ],
        rows: all.map(({ downSeconds, half, all: last, peak }) => [
          `${downSeconds} s`,
          formatNumber(half),
          formatNumber(last),
          formatNumber(peak),
        ]),
        note: `Redis is killed and started again with its data, ${formatNumber(reconnectEntries)} revocations. Each feed reads all of them again, because the server may have lost some. The feeds are in ${reconnectProcesses} processes on the machine of the server. The time begins when the server accepts connections again.`,
      },
    ],
    limits: all.map(({ downSeconds, all: last }) =>
      atMost(`${feeds} current again, after Redis was down for ${downSeconds} s`, 5, 's', last),
    ),
  };
}

export function describeRoundTrips(measured: Measured): Part {
  const [alone, busy] = [ratiosTo(measured, oneByOne, lookup), ratiosTo(measured, inFlight, lookup)];
  return {
    tables: [
      tableOfRatios({
        title: 'Beside a round trip to Redis for each request',
        measured,
        unit: 'µs per request',
        bases: [lookup],
        note: `What a list of revoked users in Redis would cost: one GET for each request, over loopback, which no network beats. A request waits ${formatNumber(alone.median)} times as long as for the check. With 64 requests at a time, the client and the server still spend ${formatNumber(busy.median)} times as much time on each, and every request fails or is unprotected while Redis is away.`,
      }),
    ],
    limits: [],
  };
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * share) - 1] ?? 0;
}
