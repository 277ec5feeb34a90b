import type { EcPublicJwk, VerifySignature } from './signature.ts';

const es256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

export async function loadKey({ x, y }: EcPublicJwk): Promise<VerifySignature> {
  // Leave out the other members of the key: `importKey` can reject a valid key because of `key_ops`, `ext` or `use`.
  const jwk = { kty: 'EC', crv: 'P-256', x, y };
  const key = await crypto.subtle.importKey('jwk', jwk, es256, false, ['verify']);
  // Use the key once, because Deno checks only then that the point is on the curve.
  await crypto.subtle.verify(es256, key, new Uint8Array(64), new Uint8Array());
  return (signature, signedBytes) => crypto.subtle.verify(es256, key, signature, signedBytes);
}
