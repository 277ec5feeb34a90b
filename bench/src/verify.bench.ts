import { floors, makeMaterial, ours, peers, type Verify } from './contenders.ts';
import { type Contender, type Measured, measureInRounds, median, ratiosTo } from './rounds.ts';

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 7);
const material = await makeMaterial();
const all: Record<string, Verify> = {
  '@torii/core': ours(material),
  ...(await peers(material)),
  ...(await floors(material)),
};

const perRound = 400;
const coldTokens = await Promise.all(Array.from({ length: rounds + 1 }, () => material.mint(perRound)));
const moreColdTokens = await Promise.all(Array.from({ length: rounds + 1 }, () => material.mint(perRound)));
const [oneToken = ''] = await material.mint(1);
const expiredTokens = await material.mint(perRound, { exp: 1_700_000_000, iat: 1_699_990_000 });

await report('cold, one by one', (verify) => async (round) => {
  const tokens = coldTokens[round] ?? [];
  const begun = performance.now();
  for (const token of tokens) await verify(token);
  return perSecond(tokens.length, begun);
});

await report('cold, 64 in flight', (verify) => async (round) => {
  const tokens = moreColdTokens[round] ?? [];
  const begun = performance.now();
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let token = tokens[next++]; token !== undefined; token = tokens[next++]) await verify(token);
  };
  await Promise.all(Array.from({ length: 64 }, worker));
  return perSecond(tokens.length, begun);
});

await report('the same token again', (verify) => async () => {
  for (let i = 0; i < 10; i++) await verify(oneToken);
  const begun = performance.now();
  let count = 0;
  // Fast contenders do far more in the same time, so that the clock's own cost vanishes.
  while (performance.now() - begun < 60) for (let i = 0; i < 20; i++, count++) await verify(oneToken);
  return perSecond(count, begun);
});

await report('an expired token', (verify) => async () => {
  const begun = performance.now();
  for (const token of expiredTokens) {
    try {
      await verify(token);
    } catch {
      // Refused, as it should be; the floors look at the signature alone.
    }
  }
  return perSecond(expiredTokens.length, begun);
});

await report('stall of the loop in a burst of 64, ms', (verify) => async (round) => {
  const tokens = (await material.mint(64, { round })).slice();
  await new Promise((resolve) => setImmediate(resolve));
  let [longest, last, done] = [0, performance.now(), false];
  const watch = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (!done) setImmediate(watch);
  };
  setImmediate(watch);
  await Promise.all(tokens.map(async (token) => verify(token)));
  done = true;
  return Math.max(longest, performance.now() - last);
});

async function report(title: string, measure: (verify: Verify) => Contender['run']): Promise<void> {
  const contenders = Object.entries(all).map(([name, verify]) => ({ name, run: measure(verify) }));
  print(title, await measureInRounds(contenders, rounds));
}

function print(title: string, measured: Measured): void {
  console.log(`\n${title} (${rounds} rounds, medians)`);
  console.table(
    Object.fromEntries(
      [...measured].map(([name, values]) => {
        const { median: ratio, low, high } = ratiosTo(measured, name, 'jose');
        return [
          name,
          {
            median: Number(median(values).toPrecision(4)),
            'to jose': ratio.toFixed(2),
            spread: `${low.toFixed(2)} to ${high.toFixed(2)}`,
          },
        ];
      }),
    ),
  );
}

function perSecond(count: number, begun: number): number {
  return (count / (performance.now() - begun)) * 1000;
}
