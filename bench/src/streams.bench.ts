// Measures stream tokens minted per second, one after the other and 64 at a time, as on a server under load. The stall
// is how long the event loop is blocked meanwhile.
import { generateKeyPairSync } from 'node:crypto';
import { createStreamSigner } from '@torii/streams';
import { createSigner } from 'fast-jwt';
import { importPKCS8, SignJWT } from 'jose';
import jsonwebtoken from 'jsonwebtoken';
import { announceSteps } from './progress.ts';
import { tableOfRatios } from './ratio-table.ts';
import { type Contender, measureInRounds } from './rounds.ts';
import { reportSection, type Table } from './section.ts';
import { roundsOr, scaled } from './settings.ts';

type Mint = (subject: string) => unknown;

const rounds = roundsOr(7);
const perRound = scaled(200);
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

announceSteps(3);
const alone = await measure('Minting, one by one', 'per second', (mint) => async (round) => {
  const begun = performance.now();
  for (let i = 0; i < perRound; i++) await mint(`user_${round}_${i}`);
  return perSecond(begun);
});

const inFlight = await measure('Minting, 64 in flight', 'per second', (mint) => async (round) => {
  const begun = performance.now();
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < perRound) await mint(`user_${round}_${next++}`);
  };
  await Promise.all(Array.from({ length: 64 }, worker));
  return perSecond(begun);
});

const stall = await measure('Event loop delay, 64 tokens minted at once', 'ms', (mint) => async (round) => {
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

reportSection({
  title: 'Minting a stream token',
  text: [
    'RS256 with a key of 2048 bits. The signature takes nearly all of the time. The difference is whether other work can run at the same time.',
  ],
  rounds,
  tables: [alone, inFlight, stall],
});

function claimsOf(sub: string): { readonly [claim: string]: unknown } & { readonly sub: string } {
  const iat = Math.floor(Date.now() / 1000);
  return { iss: 'my-app', sub, allowed_streams: ['chat_room_*'], iat, exp: iat + 300 };
}

async function measure(title: string, unit: string, runOf: (mint: Mint) => Contender['run']): Promise<Table> {
  const runs = Object.entries(contenders).map(([name, mint]) => ({ name, run: runOf(mint) }));
  return tableOfRatios({ title, measured: await measureInRounds(title, runs, rounds), unit, bases: ['jose'] });
}

function perSecond(begun: number): number {
  return (perRound / (performance.now() - begun)) * 1000;
}
