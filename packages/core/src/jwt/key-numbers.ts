import { type Claims, claimOf } from '../auth.ts';
import { type Curve, isOnCurve, numberOf, p256 } from '../keys/curve-point.ts';

const curves: ReadonlyMap<unknown, Curve> = new Map([
  ['P-256', p256],
  [
    'P-384',
    {
      p: 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffffn,
      b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
    },
  ],
  [
    'P-521',
    {
      p: (1n << 521n) - 1n,
      b: 0x051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00n,
    },
  ],
]);

const maxRsaBits = 16_384;
const maxExponent = 2n ** 32n;

/**
 * What is wrong with the numbers of a public key whose members have the right types, or `undefined`. Without this check, a
 * wrong number would be noticed by the first token: Web Crypto imports keys asynchronously, and options are read at once.
 */
export function problemOfNumbers(jwk: Claims): string | undefined {
  const [kty, crv] = [claimOf(jwk, 'kty'), claimOf(jwk, 'crv')];
  if (kty === 'RSA') return problemOfRsa(numberOf(String(jwk['n'])), numberOf(String(jwk['e'])));
  if (kty === 'OKP') {
    const isFit = /^[A-Za-z0-9_-]{43}$/.test(String(jwk['x']));
    return isFit ? undefined : 'is damaged: its `x` does not have 32 bytes in base64url';
  }
  const curve = curves.get(crv);
  if (kty !== 'EC' || curve === undefined) return undefined;
  return isOnCurve(curve, jwk['x'], jwk['y']) ? undefined : `is damaged: its point is not on the curve ${crv}`;
}

function problemOfRsa(n: bigint | undefined, e: bigint | undefined): string | undefined {
  if (n === undefined || e === undefined) return 'is damaged: its numbers are not base64url';
  const bits = n.toString(2).length;
  if (bits < 2048) return `is an RSA key of fewer than 2048 bits, which is too weak. Create a larger key`;
  if (bits > maxRsaBits) return `is an RSA key of more than ${maxRsaBits} bits, which Web Crypto does not read`;
  // With an exponent of 1, anyone can sign. An RSA modulus is a product of odd primes.
  const isFit = e >= 3n && e < maxExponent && e % 2n === 1n && n % 2n === 1n;
  return isFit ? undefined : 'is not a valid RSA key: its numbers are even, or its exponent is 1 or too large';
}
