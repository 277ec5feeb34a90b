import type { EcPublicJwk, VerifySignature } from './signature.ts';

// For every runtime except Node, which uses ecdsa.node.ts. The `#ecdsa` import in package.json selects the file.

const curve = { name: 'ECDSA', namedCurve: 'P-256' };
const es256 = { name: 'ECDSA', hash: 'SHA-256' };

/** Imports a public key. Rejects if the point of the key is not on the curve. */
export async function loadKey({ x, y }: EcPublicJwk): Promise<VerifySignature> {
  // Import only the coordinates: `importKey` can reject a valid key because of its `key_ops`, `ext` or `use` members.
  const jwk = { kty: 'EC', crv: 'P-256', x, y };
  const key = await crypto.subtle.importKey('jwk', jwk, curve, false, ['verify']);
  // Deno checks that the point is on the curve only when the key is first used, so use the key once.
  await crypto.subtle.verify(es256, key, new Uint8Array(64), new Uint8Array());
  return (signature, signedBytes) => crypto.subtle.verify(es256, key, signature, signedBytes);
}
