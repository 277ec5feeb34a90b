// Measures the heap that a verifier holds, in a separate process:
//   node --expose-gc memory-scenarios.ts SCENARIO ISSUER JWK FILE
// FILE has one token per line. Reports the bytes that the verifier held at the end, and the number of tokens.
import { createPublicKey } from 'node:crypto';
import { open } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createVerifier, type Verifier, verifyToken } from '@torii/core';
import { createVerifier as createFastJwt } from 'fast-jwt';
import type { Verify } from './contenders.ts';

const [scenario = '', issuer = '', jwkText = '', file = ''] = process.argv.slice(2);
const jwk = JSON.parse(jwkText);

/** Each scenario returns a verifier, which alone references its caches, so that releasing it frees them. */
const scenarios: Readonly<Record<string, () => Promise<Verify>>> = {
  'torii, default': async () => verifierOf(createVerifier({ issuer, keys: { keys: [jwk] } })),
  'torii, all': async () => verifierOf(createVerifier({ issuer, keys: { keys: [jwk] }, cachedTokens: 1_000_000 })),
  'fast-jwt, default': async () => fastJwt(true),
  'fast-jwt, all': async () => fastJwt(1_000_000),
  // Other options for each token, as in an app that learns the issuer from the request.
  issuers: async () => {
    const fetch = answerKeys();
    return (token) => verifyToken(token, { issuer: issuerOf(token), fetch });
  },
  tenants: async () => {
    const issuers = new Set<string>();
    for await (const token of tokens()) issuers.add(issuerOf(token));
    return verifierOf(createVerifier({ issuer: [...issuers], fetch: answerKeys(), cachedTokens: 0 }));
  },
};

const make = scenarios[scenario];
if (make === undefined)
  throw new Error(`There is no scenario named ${scenario}. Known: ${Object.keys(scenarios).join(', ')}.`);
const held: { verify: Verify | undefined } = { verify: await make() };
const empty = await heapBytes();
const begun = performance.now();
const count = await verifyAll(held.verify);
const seconds = (performance.now() - begun) / 1000;
const full = await heapBytes();
held.verify = undefined;
// The difference is the heap that the verifier held: the rest of the process is in both figures. What `verifyToken` keeps is not
// released: compare with the heap before the calls.
process.send?.({ bytes: full - (scenario === 'issuers' ? empty : await heapBytes()), count, seconds });

async function verifyAll(verify: Verify | undefined): Promise<number> {
  let [count, pending]: [number, Promise<unknown>[]] = [0, []];
  for await (const token of tokens()) {
    count += 1;
    pending.push(Promise.resolve(verify?.(token)));
    if (pending.length < 32) continue;
    await Promise.all(pending);
    pending = [];
  }
  await Promise.all(pending);
  return count;
}

async function* tokens(): AsyncGenerator<string> {
  const handle = await open(file);
  for await (const line of handle.readLines()) yield line;
}

function issuerOf(token: string): string {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).iss;
}

function verifierOf(verifier: Verifier): Verify {
  return (token) => verifier.verify(token);
}

function answerKeys(): () => Promise<Response> {
  return async () => Response.json({ keys: [jwk] });
}

function fastJwt(cache: boolean | number): Verify {
  const key = createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString();
  return createFastJwt({ key, algorithms: ['ES256'], allowedIss: issuer, cache });
}

async function heapBytes(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await nextTurn();
  }
  return process.memoryUsage().heapUsed;
}
