// Stream tokens minted in a second: one after the other, and 64 at a time, as a server under load does it. The stall is
// how long nothing else gets done meanwhile.
import { generateKeyPairSync } from 'node:crypto';
import { createStreamSigner } from '@torii/streams';
import { createSigner } from 'fast-jwt';
import { importPKCS8, SignJWT } from 'jose';
import jsonwebtoken from 'jsonwebtoken';
import { type Contender, type Measured, measureInRounds, median, ratiosTo } from './rounds.ts';

type Mint = (subject: string) => unknown;

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 7);
const perRound = 200;
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const ours = createStreamSigner({ privateKey: pem, issuer: 'my-app' });
const joseKey = await importPKCS8(pem, 'RS256');
const fast = createSigner({ key: pem, algorithm: 'RS256' });

const contenders: Record<string, Mint> = {
  '@torii/streams': (subject) => ours.issue({ subject, allowedStreams: ['chat_room_*'], ttlSeconds: 300 }),
  jose: (subject) => new SignJWT(claimsOf(subject)).setProtectedHeader({ alg: 'RS256', kid: 'k' }).sign(joseKey),
  jsonwebtoken: (subject) => jsonwebtoken.sign(claimsOf(subject), privateKey, { algorithm: 'RS256', keyid: 'k' }),
  'fast-jwt': (subject) => fast(claimsOf(subject)),
};

await report('tokens a second, one by one', (mint) => async (round) => {
  const begun = performance.now();
  for (let i = 0; i < perRound; i++) await mint(`user_${round}_${i}`);
  return perSecond(begun);
});

await report('tokens a second, 64 in flight', (mint) => async (round) => {
  const begun = performance.now();
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < perRound) await mint(`user_${round}_${next++}`);
  };
  await Promise.all(Array.from({ length: 64 }, worker));
  return perSecond(begun);
});

await report('stall of the loop in a burst of 64, ms', (mint) => async (round) => {
  let [longest, last, isDone] = [0, performance.now(), false];
  const watch = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (!isDone) setImmediate(watch);
  };
  setImmediate(watch);
  await Promise.all(Array.from({ length: 64 }, async (_, i) => mint(`user_${round}_${i}`)));
  isDone = true;
  return Math.max(longest, performance.now() - last);
});

function claimsOf(sub: string): { readonly [claim: string]: unknown } & { readonly sub: string } {
  const iat = Math.floor(Date.now() / 1000);
  return { iss: 'my-app', sub, allowed_streams: ['chat_room_*'], iat, exp: iat + 300 };
}

async function report(title: string, measure: (mint: Mint) => Contender['run']): Promise<void> {
  const runs = Object.entries(contenders).map(([name, mint]) => ({ name, run: measure(mint) }));
  print(title, await measureInRounds(runs, rounds));
}

function print(title: string, measured: Measured): void {
  console.log(`\n${title} (${rounds} rounds, medians)`);
  const rows = [...measured].map(([name, values]) => {
    const { median: ratio, low, high } = ratiosTo(measured, name, 'jose');
    const spread = `${low.toFixed(2)} to ${high.toFixed(2)}`;
    return [name, { median: Number(median(values).toPrecision(4)), 'to jose': ratio.toFixed(2), spread }];
  });
  console.table(Object.fromEntries(rows));
}

function perSecond(begun: number): number {
  return (perRound / (performance.now() - begun)) * 1000;
}
