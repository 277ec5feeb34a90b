// Measures revocations: the check of each request, memory, the start, and how fast a ban reaches a fleet over a real store.
import { createVerifier } from '@torii/core';
import type { Verify } from './contenders.ts';
import { makeMaterial } from './material.ts';
import { announceSteps, tellProgress } from './progress.ts';
import { measureBans } from './revocation/ban.ts';
import { fillSizes, measureChecks, tokensOf } from './revocation/check.ts';
import { measureMemory } from './revocation/memory.ts';
import { measureReconnects } from './revocation/reconnect.ts';
import { measureRoundTrips } from './revocation/round-trip.ts';
import { startStore } from './revocation/servers.ts';
import { measureStart } from './revocation/start.ts';
import * as tables from './revocation/tables.ts';
import { reportSection } from './section.ts';
import { roundsOr, scaled } from './settings.ts';
import * as verification from './verification.ts';

announceSteps(22);
const rounds = roundsOr(11);
const material = await makeMaterial();
const scope = { issuer: material.issuer, environmentId: '01931a72-0000-7000-8000-000000000000' };
const signingKey = 'only for this benchmark, and long enough';
const secondsDown = [1, 20].map((seconds) => Math.max(0.1, (seconds * scaled(100)) / 100));

const notes: string[] = [];
const memory = tables.describeMemory(await measureMemory());
const all = fillSizes(scope, (share) => tellProgress('Filling', share));
const parts: tables.Part[] = [
  tables.describeChecks(await measureChecks(material, scope, all, rounds)),
  await compareVerification(),
  memory,
];
const starts: tables.Start[] = [];
const bans: tables.Bans[] = [];
const later: tables.Part[] = [];
await measureRedis();
await measureNats();
if (starts.length > 0) parts.push(tables.describeStarts(starts), tables.describeBans(bans), ...later);

reportSection({
  title: 'Revocation',
  text: [
    'Each server keeps the revocations in memory and gets new ones from the store, so a request waits for no other server.',
    ...notes,
  ],
  rounds,
  tables: parts.flatMap((part) => part.tables),
  limits: parts.flatMap((part) => part.limits),
  charts: parts.flatMap(({ charts = [] }) => charts),
  lineCharts: parts.flatMap(({ lineCharts = [] }) => lineCharts),
});
for (const { filled } of all) await filled.revocations.close();

async function measureRedis(): Promise<void> {
  await using redis = await startStore('redis');
  if (redis === undefined) {
    notes.push('redis-server is not installed here. What needs it was left out.');
    return;
  }
  const unsigned = { ...scope, environmentId: 'unsigned' };
  starts.push(
    { name: 'Redis', milliseconds: await measureStart(redis, material, unsigned, rounds) },
    {
      name: 'Redis, signed',
      milliseconds: await measureStart(redis, material, { ...scope, environmentId: 'signed' }, rounds, signingKey),
    },
  );
  bans.push({ name: 'Redis', times: await measureBans(redis) });
  later.push(tables.describeReconnects(await measureReconnects(redis, material, scope, secondsDown)));
  const [token] = await tokensOf(material, scope, {}, 1);
  if (token !== undefined)
    later.push(tables.describeRoundTrips(await measureRoundTrips(redis, largeSet(), token, rounds)));
}

async function measureNats(): Promise<void> {
  await using nats = await startStore('nats');
  if (nats === undefined) {
    notes.push('nats-server is not installed here. What needs it was left out.');
    return;
  }
  starts.push({ name: 'NATS', milliseconds: await measureStart(nats, material, scope, rounds) });
  bans.push({ name: 'NATS', times: await measureBans(nats) });
}

async function compareVerification(): Promise<tables.Part> {
  const { issuer } = material;
  const { revocations } = largeSet();
  const verifiers = {
    [tables.without]: createVerifier({ issuer }),
    [tables.withRevocations]: createVerifier({ issuer, revocations }),
  };
  const contenders = Object.fromEntries(
    Object.entries(verifiers).map(([name, verifier]): [string, Verify] => [name, (token) => verifier.verify(token)]),
  );
  const measurement = { rounds, contenders };
  const known = await verification.measureArriving(material, { title: 'Known tokens', ...measurement });
  const cold = await verification.measureOneByOne(material, { title: 'New tokens', ...measurement });
  return tables.describeVerification(known, cold);
}

/** The second largest size. */
function largeSet() {
  const large = all.at(-2);
  if (large === undefined) throw new Error('There are too few sizes.');
  return large.filled;
}
