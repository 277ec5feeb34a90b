import { generateKeyPairSync } from 'node:crypto';
import { signEs256 } from '../../world/es256.ts';
import { epochMs } from '../../world/virtual-process.ts';
import type { Method, PolicyDocument } from './documents.ts';

export const issuer = 'https://acme.torii.so';

interface Caller {
  readonly name: string;
  readonly claims: Readonly<Record<string, unknown>>;
  /** The user, if not one who has no other token. The roles of a user change, and old tokens last until they expire. */
  readonly user?: string;
  /** The roles that the claims name. */
  readonly roles: readonly string[];
  readonly isImpersonated?: true;
}

/** Users of two environments and several tenants. Some have the same roles. The names of some roles, joined, equal another role. */
export const callers: readonly Caller[] = [
  { name: 'r0 of t1', claims: { pid: 'e1', o: { id: 't1', role: 'r0' } }, roles: ['r0'] },
  { name: 'r0 of t2', claims: { pid: 'e1', o: { id: 't2', role: 'r0' } }, roles: ['r0'] },
  { name: 'r0 of t1 in e2', claims: { pid: 'e2', org_id: 't1', org_role: 'r0' }, roles: ['r0'] },
  { name: '1 as a number', claims: { pid: 'e1', role_ids: [1] }, roles: ['1'] },
  { name: '1 as a text', claims: { pid: 'e1', role_ids: '1' }, roles: ['1'] },
  { name: 'r1 and r2', claims: { pid: 'e2', roles: ['r1', 'r2'] }, roles: ['r1', 'r2'] },
  { name: 'r2 and r1', claims: { pid: 'e2', roles: ['r2', 'r1', 'r2'] }, roles: ['r1', 'r2'] },
  { name: 'r1,r2', claims: { pid: 'e2', roles: ['r1,r2'] }, roles: ['r1,r2'] },
  { name: 'r1', user: 'ada', claims: { pid: 'e2', roles: 'r1' }, roles: ['r1'] },
  { name: 'r2, who was r1', user: 'ada', claims: { pid: 'e2', user_roles: ['r2'] }, roles: ['r2'] },
  // The first claim that is present decides, even if it is empty or invalid.
  { name: 'an empty role', claims: { pid: 'e1', org_id: 't1', org_role: '', roles: ['r0'] }, roles: [] },
  { name: 'an empty list', claims: { pid: 'e1', role_ids: [], roles: ['r0'] }, roles: [] },
  { name: 'half a list', claims: { pid: 'e1', roles: ['r0', 7.5] }, roles: [] },
  { name: 'prototypes', claims: { pid: 'e1', roles: ['__proto__', 'constructor', 'toString'] }, roles: [] },
  { name: 'no role, who was r1', user: 'ada', claims: { pid: 'e2' }, roles: [] },
  { name: 'unknown role', claims: { pid: 'e1', roles: ['0', 'R0'] }, roles: [] },
  {
    name: 'impersonated r0',
    claims: { pid: 'e1', roles: ['r0'], act: { sub: 'admin' } },
    roles: ['r0'],
    isImpersonated: true,
  },
];

interface Target {
  readonly url: string | undefined;
  /** `null`: the path is unknown. `undefined`: it can be read in more than one way. */
  readonly resource: string | null | undefined;
}

/** Too long for a path whose decision is remembered. */
const long = 'x'.repeat(1_100);

export const targets: readonly Target[] = [
  { url: '/a', resource: 'a' },
  { url: '/a/?page=2', resource: 'a' },
  { url: '/a/b', resource: 'a/b' },
  { url: '/a/b/c', resource: 'a/b/c' },
  { url: '/b', resource: 'b' },
  { url: '/n/17', resource: 'n/17' },
  { url: '/n/x', resource: 'n/x' },
  { url: '/', resource: '' },
  { url: '/A', resource: 'A' },
  { url: '/x/b', resource: 'x/b' },
  { url: `/${long}/b`, resource: `${long}/b` },
  { url: `/${long}/c`, resource: `${long}/c` },
  { url: '/a//b', resource: undefined },
  { url: '/a/%2e%2e/b', resource: undefined },
  { url: undefined, resource: null },
];

export const methods: readonly Method[] = ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'PATCH', 'CONNECT', 'TRACE'];

/**
 * How the app asks. `road`: the verifier runs the checks. `allow`: the guard of a route does. `not` and `any`: inside of a
 * condition. `can`: a permission by its name.
 */
export const ways = ['road', 'allow', 'not', 'any', 'can'] as const;

export interface Question {
  readonly caller: number;
  readonly target: Target;
  readonly method: Method;
  readonly way: (typeof ways)[number];
}

export type Verdict = 'yes' | 400 | 403;

export type Impersonation = 'refuse' | 'audit';

/** What must be answered without any document: `undefined` if it depends on the document. */
export function fixedAnswer({ caller, target, way }: Question, impersonation: Impersonation): 400 | 403 | undefined {
  if (target.resource === undefined && way !== 'can') return 400;
  return callers[caller]?.isImpersonated && impersonation === 'refuse' ? 403 : undefined;
}

/** What must be answered with this document. */
export function answerBy(document: PolicyDocument, question: Question, impersonation: Impersonation): Verdict {
  const { caller, target, method, way } = question;
  const fixed = fixedAnswer(question, impersonation);
  if (fixed !== undefined) return fixed;
  // If the path is unknown, `not` refuses too.
  if (typeof target.resource !== 'string') return 403;
  const isGranted = document.grants(callers[caller]?.roles ?? [], target.resource, method);
  return isGranted === (way !== 'not') ? 'yes' : 403;
}

export function userOf(caller: number): string {
  return callers[caller]?.user ?? `user${caller}`;
}

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** The key set of the issuer. */
export const keys = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'ES256', use: 'sig' }] };

const yearSeconds = 365 * 24 * 3600;

/** A token for each caller. They outlive every world, however its clocks are set. */
export const tokens: readonly string[] = callers.map(({ claims }, number) => {
  const now = epochMs / 1000;
  const times = { iat: now - yearSeconds, exp: now + yearSeconds };
  const payload = { sub: userOf(number), iss: issuer, ...times, ...claims };
  const content = `${encoded({ alg: 'ES256', typ: 'JWT', kid: 'k1' })}.${encoded(payload)}`;
  return `${content}.${signEs256(content, privateKey)}`;
});

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
