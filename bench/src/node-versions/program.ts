// Measures the main contenders once and prints tokens per second as JSON. Runs bundled, because Node 20 does not run
// TypeScript.
import { authenticateRequest, createVerifier, verifyToken } from '@torii/core';
import { createVerifier as createFastJwt } from 'fast-jwt';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import jsonwebtoken from 'jsonwebtoken';
import { type Material, makeMaterial } from '../material.ts';
import { scaled } from '../settings.ts';
import type { Rates } from './rates.ts';

type Verify = (token: string) => unknown;

const newTokens = scaled(400);
const warmUp = scaled(400);
const knownMs = scaled(80);

void main();

async function main(): Promise<void> {
  const material = await makeMaterial();
  const rates: Rates = { known: {}, cold: {} };
  const { known, cold } = contendersOver(material);
  const [token = ''] = await material.mint(1);
  for (const [name, verify] of shuffled(Object.entries(known))) rates.known[name] = await repeat(verify, token);
  for (const [name, verify] of shuffled(Object.entries(cold))) {
    for (const other of await material.mint(warmUp)) await verify(other);
    const tokens = await material.mint(newTokens);
    const begun = performance.now();
    for (const fresh of tokens) await verify(fresh);
    rates.cold[name] = perSecond(tokens.length, begun);
  }
  console.log(JSON.stringify({ known: inOrder(rates.known, known), cold: inOrder(rates.cold, cold) }));
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

/** Verifies one token again and again, each time in a new string, as in requests. */
async function repeat(verify: Verify, token: string): Promise<number> {
  const bytes = Buffer.from(token, 'latin1');
  const until = async (milliseconds: number): Promise<number> => {
    const begun = performance.now();
    let count = 0;
    for (; performance.now() - begun < milliseconds; count += 20) {
      for (let n = 0; n < 20; n++) await verify(bytes.toString('latin1'));
    }
    return perSecond(count, begun);
  };
  await until(knownMs);
  return until(knownMs);
}

/** Processes measure in different orders, so that none is always first. */
function shuffled<T>(items: readonly T[]): readonly T[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

function inOrder(rates: Rates['known'], contenders: Readonly<Record<string, Verify>>): Rates['known'] {
  return Object.fromEntries(Object.keys(contenders).map((name) => [name, rates[name] ?? 0]));
}

function perSecond(count: number, begun: number): number {
  return (count / (performance.now() - begun)) * 1_000;
}
