// Measures the main contenders once and prints tokens per second as JSON. Runs bundled, because Node 20 does not run
// TypeScript.
import { authenticateRequest, createVerifier, verifyToken } from '@torii/core';
import { createVerifier as createFastJwt } from 'fast-jwt';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import jsonwebtoken from 'jsonwebtoken';
import { type Material, makeMaterial } from '../material.ts';
import { median } from '../rounds.ts';
import { scaled } from '../settings.ts';
import type { Rates } from './rates.ts';

type Verify = (token: string) => unknown;

/** Contenders take turns, so that a slow moment does not hit only one. The first turns warm up. */
const [warmUpTurns, turns] = [2, 5];
const newTokens = scaled(120);
const knownMs = scaled(30);

void main();

async function main(): Promise<void> {
  const material = await makeMaterial();
  const { known, cold } = contendersOver(material);
  const [token = ''] = await material.mint(1);
  const rates: Rates = {
    known: await takeTurns(known, (verify) => repeat(verify, token)),
    cold: await takeTurns(cold, async (verify) => verifyAll(verify, await material.mint(newTokens))),
  };
  console.log(JSON.stringify(rates));
}

async function takeTurns(
  contenders: Readonly<Record<string, Verify>>,
  measure: (verify: Verify) => Promise<number>,
): Promise<Rates['known']> {
  const all = Object.entries(contenders).map(([name, verify]) => ({ name, verify, rates: [] as number[] }));
  for (let turn = -warmUpTurns; turn < turns; turn++) {
    for (const { verify, rates } of shuffled(all)) {
      const rate = await measure(verify);
      if (turn >= 0) rates.push(rate);
    }
  }
  return Object.fromEntries(all.map(({ name, rates }) => [name, median(rates)]));
}

function contendersOver({ issuer, jwksUrl, key }: Material): Readonly<Record<keyof Rates, Record<string, Verify>>> {
  const pem = key.export({ type: 'spki', format: 'pem' }).toString();
  const keySet = createRemoteJWKSet(new URL(jwksUrl));
  const verifier = createVerifier({ issuer });
  const ours = { 'verifier.verify': (token: string) => verifier.verify(token) };
  const peers = {
    jose: (token: string) => jwtVerify(token, keySet, { issuer, algorithms: ['ES256'] }),
    jsonwebtoken: (token: string) => jsonwebtoken.verify(token, key, { issuer, algorithms: ['ES256'] }),
  };
  const fast = (cache: boolean): Verify =>
    createFastJwt({ key: pem, algorithms: ['ES256'], allowedIss: issuer, cache });
  return {
    known: {
      ...ours,
      'verifyToken, options in the call': (token) => verifyToken(token, { issuer }),
      'authenticateRequest, options in the call': (token) =>
        authenticateRequest({ method: 'GET', url: '/', headers: { authorization: `Bearer ${token}` } }, { issuer }),
      'fast-jwt': fast(true),
      ...peers,
    },
    cold: { ...ours, 'fast-jwt': fast(false), ...peers },
  };
}

async function verifyAll(verify: Verify, tokens: readonly string[]): Promise<number> {
  const begun = performance.now();
  for (const token of tokens) await verify(token);
  return perSecond(tokens.length, begun);
}

/** Verifies one token again and again, each time in a new string, as in requests. */
async function repeat(verify: Verify, token: string): Promise<number> {
  const bytes = Buffer.from(token, 'latin1');
  const begun = performance.now();
  let count = 0;
  for (; performance.now() - begun < knownMs; count += 20) {
    for (let n = 0; n < 20; n++) await verify(bytes.toString('latin1'));
  }
  return perSecond(count, begun);
}

function shuffled<T>(items: readonly T[]): readonly T[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

function perSecond(count: number, begun: number): number {
  return (count / (performance.now() - begun)) * 1_000;
}
