import type { EcPublicJwk, VerifySignature } from './signature.ts';

// Every runtime but Node, whose own file is ecdsa.node.ts: package.json chooses, by the import `#ecdsa`.

const curve = { name: 'ECDSA', namedCurve: 'P-256' };
const es256 = { name: 'ECDSA', hash: 'SHA-256' };

/** Makes a key ready to verify. Rejects for a point that is not on the curve. */
export async function loadKey({ x, y }: EcPublicJwk): Promise<VerifySignature> {
  // Rebuilt from the two numbers: `key_ops`, `ext` or `use` of somebody else's making cannot get in the way.
  const jwk = { kty: 'EC', crv: 'P-256', x, y };
  const key = await crypto.subtle.importKey('jwk', jwk, curve, false, ['verify']);
  // Deno does not look at the point until it is used.
  await crypto.subtle.verify(es256, key, new Uint8Array(64), new Uint8Array());
  return (signature, signedBytes) => crypto.subtle.verify(es256, key, signature, signedBytes);
}
