import { createVerifier } from '@torii/core';

const issuer = process.env.TORII_ISSUER; // https://acme.torii.so
const initialKeys = await fetchKeys();
export const verifier = createVerifier({ issuer, ...(initialKeys && { initialKeys }) });

/** Fetches the keys while the process starts. If that fails, the first request fetches them. */
async function fetchKeys() {
  try {
    const url = `${issuer}/_torii/.well-known/jwks.json`;
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(2000) });
    if (!response.ok) return undefined;
    return { ...(await response.json()), fetchedAt: new Date().toISOString() };
  } catch {
    return undefined;
  }
}
