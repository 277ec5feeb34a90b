import { setTimeout as sleep } from 'node:timers/promises';
import type { Verify } from './contenders.ts';
import type { Material, TokenChanges } from './material.ts';
import { type Contender, type Measured, measureInRounds } from './rounds.ts';
import { scaled } from './settings.ts';

type Run = (verify: Verify) => Contender['run'];

export interface Measurement {
  readonly title: string;
  readonly rounds: number;
  readonly contenders: Readonly<Record<string, Verify>>;
}

const perRound = scaled(400);
const toWarmUp = scaled(40);
const repeatMs = scaled(60);
const bursts = scaled(5);
const inBurst = 64;

/** Verifies tokens that were not verified before, one after the other. Returns tokens per second. */
export async function measureOneByOne(material: Material, measurement: Measurement): Promise<Measured> {
  const batches = await mintBatches(material, measurement.rounds, perRound + toWarmUp);
  return measure(measurement, (verify) => async (round) => {
    const { fresh, warmUp } = batchOf(batches, round);
    for (const token of warmUp) await verify(token);
    const begun = performance.now();
    for (const token of fresh) await verify(token);
    return perSecond(fresh.length, begun);
  });
}

/** Like `measureOneByOne`, with 64 verifications in flight at any time. */
export async function measureInFlight(material: Material, measurement: Measurement): Promise<Measured> {
  const batches = await mintBatches(material, measurement.rounds, perRound + toWarmUp);
  return measure(measurement, (verify) => async (round) => {
    const { fresh, warmUp } = batchOf(batches, round);
    await verifyInFlight(warmUp, verify);
    const begun = performance.now();
    await verifyInFlight(fresh, verify);
    return perSecond(fresh.length, begun);
  });
}

/** Verifies one token repeatedly, always the same string. */
export async function measureRepeated(material: Material, measurement: Measurement): Promise<Measured> {
  const [token = ''] = await material.mint(1);
  return measure(measurement, (verify) => () => repeat(verify, () => token));
}

/**
 * Verifies one token repeatedly, each time in a new string, as in requests: a cache must hash the whole string each
 * time.
 */
export async function measureArriving(material: Material, measurement: Measurement): Promise<Measured> {
  const [token = ''] = await material.mint(1);
  const bytes = Buffer.from(token, 'latin1');
  return measure(measurement, (verify) => async () => {
    const copies = Array.from({ length: scaled(60_000) }, () => bytes.toString('latin1'));
    return repeat(verify, (count) => copies[count]);
  });
}

/** Runs for a fixed time. Reads the clock only after every 20 verifications, so that its cost does not matter. */
async function repeat(verify: Verify, tokenOf: (count: number) => string | undefined): Promise<number> {
  const warmUp = tokenOf(0) ?? '';
  for (let i = 0; i < 20; i++) await verify(warmUp);
  const begun = performance.now();
  let count = 1;
  for (; performance.now() - begun < repeatMs; ) {
    for (let i = 0; i < 20; i++, count++) {
      const token = tokenOf(count);
      if (token === undefined) return perSecond(count, begun);
      await verify(token);
    }
  }
  return perSecond(count, begun);
}

/** Verifies tokens that must be refused. Throws if a contender accepts one. */
export async function measureRefusals(
  material: Material,
  changes: TokenChanges,
  measurement: Measurement,
): Promise<Measured> {
  const tokens = await material.mint(perRound, changes);
  return measure(measurement, (verify) => async () => {
    let refused = 0;
    const begun = performance.now();
    for (const token of tokens) {
      try {
        await verify(token);
      } catch {
        refused += 1;
      }
    }
    if (refused !== tokens.length) throw new Error('A token that should be refused was accepted.');
    return perSecond(tokens.length, begun);
  });
}

/**
 * Measures how many milliseconds late a timer with an interval of one millisecond fires at worst while 64 tokens arrive
 * at once. Returns the median of several bursts. `setImmediate` would keep a core busy that the thread pool needs.
 */
export async function measureStall(material: Material, measurement: Measurement): Promise<Measured> {
  const batches = await mintBatches(material, measurement.rounds, bursts * inBurst);
  return measure(measurement, (verify) => async (round) => {
    const tokens = batches[round] ?? [];
    const stalls: number[] = [];
    for (let i = 0; i < bursts; i++) {
      stalls.push(await stallOf(tokens.slice(i * inBurst, (i + 1) * inBurst), verify));
    }
    return stalls.toSorted((a, b) => a - b)[Math.floor(bursts / 2)] ?? 0;
  });
}

async function stallOf(tokens: readonly string[], verify: Verify): Promise<number> {
  let [last, longest] = [performance.now(), 0];
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }, 1);
  // The delay before the first tick belongs to the start of the timer and is not counted.
  await sleep(4);
  longest = 0;
  await Promise.all(tokens.map(async (token) => verify(token)));
  await sleep(4);
  clearInterval(timer);
  return Math.max(0, longest - 1);
}

async function measure({ title, rounds, contenders }: Measurement, run: Run): Promise<Measured> {
  const runs = Object.entries(contenders).map(([name, verify]) => ({ name, run: run(verify) }));
  return measureInRounds(title, runs, rounds);
}

function mintBatches(material: Material, rounds: number, count: number): Promise<readonly string[][]> {
  return Promise.all(Array.from({ length: rounds + 1 }, () => material.mint(count)));
}

function batchOf(batches: readonly string[][], round: number): { fresh: string[]; warmUp: string[] } {
  const tokens = batches[round] ?? [];
  return { fresh: tokens.slice(toWarmUp), warmUp: tokens.slice(0, toWarmUp) };
}

async function verifyInFlight(tokens: readonly string[], verify: Verify): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let token = tokens[next++]; token !== undefined; token = tokens[next++]) await verify(token);
  };
  await Promise.all(Array.from({ length: 64 }, worker));
}

function perSecond(count: number, begun: number): number {
  return (count / (performance.now() - begun)) * 1000;
}
