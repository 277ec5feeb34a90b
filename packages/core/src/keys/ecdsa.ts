import type { EcPublicJwk, VerifySignature } from './signature.ts';

// For every runtime except Node, which uses ecdsa.node.ts. The `#ecdsa` import in package.json selects the file.

const curve = { name: 'ECDSA', namedCurve: 'P-256' };
const es256 = { name: 'ECDSA', hash: 'SHA-256' };

/** Rejects if the point is not on the curve. */
export async function loadKey({ x, y }: EcPublicJwk): Promise<VerifySignature> {
  // Only the coordinates: `importKey` can reject a key for its `key_ops`, `ext` or `use` members.
  const jwk = { kty: 'EC', crv: 'P-256', x, y };
  const key = await crypto.subtle.importKey('jwk', jwk, curve, false, ['verify']);
  // Deno checks the point only when the key is first used.
  await crypto.subtle.verify(es256, key, new Uint8Array(64), new Uint8Array());
  return (signature, signedBytes) => crypto.subtle.verify(es256, key, signature, signedBytes);
}
