import { createHash, createHmac, type KeyObject, sign } from 'node:crypto';
import type { TokenData } from './case-table.ts';
import type { IssuerKey } from './issuer-keys.ts';

/** What an issuer adds to the tokens of cases.json. */
export interface TokenDefaults {
  readonly issuer: string;
  readonly environmentId: string;
  readonly key: IssuerKey;
  /** A key that no key set contains. */
  readonly stranger: IssuerKey;
}

/** Long, because starting the servers can take longer than the usual lifetime of a token. */
const lifetimeSeconds = 86_400;

/** Creates a token of cases.json. The README describes the fields. */
export function createToken(data: TokenData, { issuer, environmentId, key, stranger }: TokenDefaults): string {
  const now = Math.floor(Date.now() / 1000);
  const { expiresInSeconds = lifetimeSeconds, omitClaims = [], signedBy } = data;
  const exp = now + expiresInSeconds;
  const claims: Record<string, unknown> = {
    iss: issuer,
    pid: environmentId,
    iat: expiresInSeconds > 0 ? now : exp - 300,
    exp,
    email_verified: true,
    profile_complete: true,
    ...data.claims,
  };
  for (const name of omitClaims) delete claims[name];
  const header: Record<string, unknown> = { alg: 'ES256', kid: key.kid, typ: 'JWT', ...data.header };
  if (header['jwk'] === '{stranger}') header['jwk'] = stranger.publicJwk;

  const signed = `${encode(header)}.${encode(claims)}`;
  const signature =
    data.signature ??
    (signedBy?.endsWith('public key')
      ? signWithText(signed, key.publicKey, signedBy.startsWith('trimmed'))
      : signText(signed, (signedBy === 'stranger' ? stranger : key).privateKey));
  const sent = data.alteredTo === undefined ? signed : `${encode(header)}.${encode({ ...claims, ...data.alteredTo })}`;
  return `${sent}.${signature}`;
}

/** SHA-256 of header and payload, by which a token is revoked. */
export function digestOf(token: string): string {
  return createHash('sha256')
    .update(token.slice(0, token.lastIndexOf('.')))
    .digest('base64url');
}

/** The order of P-256 (SEC 2, 2.4.2). */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** The same token with the other signature that verifies: (r, n - s). */
export function twinOf(token: string): string {
  const end = token.lastIndexOf('.') + 1;
  const signature = Buffer.from(token.slice(end), 'base64url');
  const s = order - BigInt(`0x${signature.toString('hex', 32)}`);
  signature.write(s.toString(16).padStart(64, '0'), 32, 'hex');
  return token.slice(0, end) + signature.toString('base64url');
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function signText(text: string, key: KeyObject): string {
  return sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
}

/** HS256 with the public key's text as the secret: a verifier that takes the algorithm from the token accepts it. */
function signWithText(text: string, key: KeyObject, isTrimmed: boolean): string {
  const pem = String(key.export({ format: 'pem', type: 'spki' }));
  return createHmac('sha256', isTrimmed ? pem.trim() : pem)
    .update(text)
    .digest('base64url');
}
