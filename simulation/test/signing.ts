import { generateKeyPairSync, type JsonWebKey, type KeyObject, sign } from 'node:crypto';
import { epochMs } from '../src/world/virtual-process.ts';

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicJwk: JsonWebKey;
}

export const issuerUrl = 'https://issuer.test';

export function makeKey(kid: string): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { kid, privateKey, publicJwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' } };
}

/** A token that is valid for a day of virtual time. */
export function mint({ kid, privateKey }: SigningKey, claims: object = {}): string {
  const iat = epochMs / 1000;
  const payload = { sub: 'ada', pid: 'environment-1', iss: issuerUrl, iat, exp: iat + 86_400, ...claims };
  const content = `${encode({ alg: 'ES256', typ: 'JWT', kid })}.${encode(payload)}`;
  const signature = sign('sha256', Buffer.from(content), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${content}.${signature.toString('base64url')}`;
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
