import { createHash, generateKeyPairSync } from 'node:crypto';
import { signEs256 } from '../../world/es256.ts';
import { epochMs } from '../../world/virtual-process.ts';
import { type Subject, subjectName } from './subjects.ts';

export const issuer = 'https://acme.torii.so';
export const environmentId = 'env_live';

export const epochS: number = epochMs / 1000;

/** What a token says. Times are in Unix seconds. */
export interface TokenClaims {
  readonly user: number;
  readonly organization: number | null;
  readonly actor: number | null;
  readonly iat: number;
  readonly lifeSeconds: number;
}

export interface Token {
  readonly name: string;
  readonly text: string;
  readonly digest: string;
  readonly claims: TokenClaims;
  readonly exp: number;
  /** The names of the subjects whose revocation revokes it. */
  readonly subjects: readonly string[];
}

/** How many users there are. */
export const users = 6;

export const userId = (user: number): string => `user_${user}`;
export const organizationId = (organization: number): string => `org_${organization}`;

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** The key set of the issuer. */
export const keys = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'ES256', use: 'sig' }] };

const minted: Map<string, Token> = new Map();
const maxMinted = 50_000;

/** The same claims give the same token. `isTwin`: with the signature (r, n - s), which verifies too. */
export function tokenOf(claims: TokenClaims, isTwin = false): Token {
  const { user, organization, actor, iat, lifeSeconds } = claims;
  const place = `${organization === null ? '' : ` in ${organization}`}${actor === null ? '' : ` by ${actor}`}`;
  const name = `user ${user}${place} ${iat - epochS}+${lifeSeconds}${isTwin ? ' twin' : ''}`;
  const known = minted.get(name);
  if (known !== undefined) return known;
  if (minted.size >= maxMinted) minted.clear();
  const token = isTwin ? twinOf(tokenOf(claims), name) : mint(claims, name);
  minted.set(name, token);
  return token;
}

function mint(claims: TokenClaims, name: string): Token {
  const { user, organization, actor, iat, lifeSeconds } = claims;
  const exp = iat + lifeSeconds;
  const payload = {
    sub: userId(user),
    iss: issuer,
    pid: environmentId,
    iat,
    exp,
    ...(organization !== null && { org_id: organizationId(organization), org_role: 'org:member' }),
    ...(actor !== null && { act: { sub: userId(actor) } }),
  };
  const content = `${encoded({ alg: 'ES256', typ: 'JWT', kid: 'k1' })}.${encoded(payload)}`;
  const digest = createHash('sha256').update(content).digest('base64url');
  return {
    name,
    text: `${content}.${signEs256(content, privateKey)}`,
    digest,
    claims,
    exp,
    subjects: subjectsOf(claims, digest),
  };
}

function subjectsOf({ user, organization, actor }: TokenClaims, digest: string): readonly string[] {
  const subjects: Subject[] = [
    { kind: 'environment' },
    { kind: 'user', id: userId(user) },
    { kind: 'token', id: digest },
  ];
  if (organization !== null) {
    subjects.push({ kind: 'member', id: userId(user), organizationId: organizationId(organization) });
  }
  if (actor !== null) subjects.push({ kind: 'user', id: userId(actor) }, { kind: 'impersonator', id: userId(actor) });
  return subjects.map(subjectName);
}

/** The order of P-256. */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

function twinOf(token: Token, name: string): Token {
  const [header, payload, signature = ''] = token.text.split('.');
  const bytes = Buffer.from(signature, 'base64url');
  const s = order - BigInt(`0x${bytes.subarray(32).toString('hex')}`);
  const twin = Buffer.concat([bytes.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, '0'), 'hex')]);
  return { ...token, name, text: `${header}.${payload}.${twin.toString('base64url')}` };
}

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
