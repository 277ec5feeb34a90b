import type { VerifierEvent, VerifierOptions } from '../src/index.ts';
import { createVerifier, type RevocableToken, type RevocationSource } from '../src/index.ts';
import { base64url, issuer, makeKey } from './mint.ts';

export const key = await makeKey();
export const keys = { keys: [key.publicJwk] };

/** A source that answers with what `verdict` returns, and the tokens that it was asked about. */
export function makeSource(verdict: (token: RevocableToken) => unknown = () => 'accepted') {
  const asked: RevocableToken[] = [];
  const check = (token: RevocableToken) => {
    asked.push(token);
    return verdict(token);
  };
  const source = { issuer, environmentId: 'env_1', maxTokenSeconds: 3600, check } as RevocationSource;
  return { source, asked };
}

/** A verifier with a source, and what it has reported. */
export function makeVerifier(revocations: RevocationSource, options: Partial<VerifierOptions> = {}) {
  const events: VerifierEvent[] = [];
  const torii = createVerifier({ issuer, keys, revocations, onEvent: (event) => events.push(event), ...options });
  return { torii, events, types: () => events.map(({ type }) => type) };
}

/** The same token with the other signature that verifies: (r, n - s). */
export function twinOf(token: string): string {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const end = token.lastIndexOf('.') + 1;
  const binary = atob(token.slice(end).replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = Uint8Array.from(binary, (each) => each.charCodeAt(0));
  let s = bytes.slice(32).reduce((number, byte) => (number << 8n) + BigInt(byte), 0n);
  s = order - s;
  for (let i = 63; i >= 32; i--, s >>= 8n) bytes[i] = Number(s & 0xffn);
  return token.slice(0, end) + base64url(bytes);
}

export async function sha256(text: string): Promise<string> {
  return base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))));
}
