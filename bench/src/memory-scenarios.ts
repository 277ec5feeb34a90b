// What stays in memory, measured in a process that has done nothing else:
//   node --expose-gc memory-scenarios.ts SCENARIO ISSUER JWK FILE
// FILE has a token a line. Prints the bytes of heap that were added, and how many entries they are for.
import { createPublicKey } from 'node:crypto';
import { open } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createVerifier, verifyToken } from '@torii/core';
import { createVerifier as createFastJwt } from 'fast-jwt';
import type { Verify } from './contenders.ts';

const [scenario = '', issuer = '', jwkText = '', file = ''] = process.argv.slice(2);
const jwk = JSON.parse(jwkText);
const keys = { keys: [jwk] };
const answerKeys = async (): Promise<Response> => Response.json(keys);

const scenarios: Readonly<Record<string, () => Promise<number>>> = {
  'torii, default': () => verifyAll((token) => torii.verify(token)),
  'torii, all': () => verifyAll((token) => toriiForAll.verify(token)),
  'fast-jwt, default': () => verifyAll(fastJwt(true)),
  'fast-jwt, all': () => verifyAll(fastJwt(1_000_000)),
  // A verifier for each token, as who knows the issuer only when the request comes.
  issuers: () => verifyAll((token) => verifyToken(token, { issuer: issuerOf(token), fetch: answerKeys })),
  tenants: async () => {
    const issuers = new Set<string>();
    for await (const token of tokens()) issuers.add(issuerOf(token));
    const verifier = createVerifier({ issuer: [...issuers], fetch: answerKeys, cachedTokens: 0 });
    const count = await verifyAll((token) => verifier.verify(token));
    kept.push(verifier);
    return count;
  },
};

const torii = createVerifier({ issuer, keys });
const toriiForAll = createVerifier({ issuer, keys, cachedTokens: 1_000_000 });
/** What is to be there still when memory is measured. */
const kept: unknown[] = [];

const run = scenarios[scenario];
if (run === undefined) throw new Error(`There is no scenario called ${scenario}.`);
const before = await heapBytes();
const begun = performance.now();
const count = await run();
const seconds = (performance.now() - begun) / 1000;
const bytes = (await heapBytes()) - before;
process.send?.({ bytes, count, seconds, kept: kept.length });

async function verifyAll(verify: Verify): Promise<number> {
  kept.push(verify);
  let [count, pending]: [number, Promise<unknown>[]] = [0, []];
  for await (const token of tokens()) {
    count += 1;
    pending.push(Promise.resolve(verify(token)));
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

function fastJwt(cache: boolean | number): Verify {
  const key = createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString();
  return createFastJwt({ key, algorithms: ['ES256'], allowedIss: issuer, cache });
}

/** After everything has gone that can go. */
async function heapBytes(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await nextTurn();
  }
  return process.memoryUsage().heapUsed;
}
