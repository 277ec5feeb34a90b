import { silent } from './emitter.ts';
import { type ToriiAuthError, ToriiConfigError } from './errors.ts';
import { refusal, type VerifierEventListener } from './events.ts';
import { SharedMap } from './registry.ts';

/** The claims of a token, by name. */
export interface Claims {
  readonly [name: string]: unknown;
}

/** The person who acts on behalf of the user: the `act` claim (RFC 8693 4.1). */
export interface Actor {
  /** The user id of the actor: `act.sub`. `null` if the token does not name the actor. */
  readonly userId: string | null;
  /** The whole `act` claim. */
  readonly raw: Claims;
}

/** The active organization of the user. */
export interface Organization {
  readonly id: string;
  /** The key of the user's role in the organization, such as `org:administrator`. `null` if the token has no role. */
  readonly role: string | null;
}

/**
 * The authenticated caller, from a verified token. Deeply frozen. {@link isAuth} returns `true` for this object only, not for
 * copies. Pass the type of your custom claims to have them typed in `raw`: `Auth<{ plan: string }>`.
 */
export interface Auth<Custom extends object = Claims> {
  /** The user id: the `sub` claim. */
  readonly userId: string;
  /** The Torii environment of the user: the `pid` claim. `null` only for tokens that Torii did not issue. */
  readonly environmentId: string | null;
  /** The issuer as the token spells it: the `iss` claim. `null` only for tokens that Torii did not issue. */
  readonly issuer: string | null;
  /** `true` only if the claim `email_verified` is `true`. */
  readonly emailVerified: boolean;
  /** `false` only if the claim `profile_complete` is `false`. */
  readonly profileComplete: boolean;
  /** `true` if another person, such as an admin, acts on behalf of the user. */
  readonly impersonating: boolean;
  /** The person who acts on behalf of the user. `null` if no one does, or if the token does not describe the person. */
  readonly actor: Actor | null;
  readonly locale: string | null;
  /** The active organization, or `null` if there is none. */
  readonly organization: Organization | null;
  /** When the token was issued, in Unix seconds: `iat` (RFC 7519 4.1.6). `null` only for tokens that Torii did not issue. */
  readonly issuedAt: number | null;
  /** When the token expires, in Unix seconds: `exp` (RFC 7519 4.1.4). The clock tolerance is not added. */
  readonly expiresAt: number;
  /** Every claim of the token. */
  readonly raw: Readonly<Custom> & Claims;
}

// Every Auth that a verifier created. Not marked by a symbol property, because a copy `{ ...auth, userId }` would keep it.
const auths: SharedMap<Auth, VerifierEventListener> = new SharedMap('auths');

/** `true` if a verifier created this Auth. Copies, and objects parsed from JSON, are not accepted. */
export function isAuth(value: unknown): value is Auth {
  return auths.has(value);
}

export function setListener(auth: Auth, emit: VerifierEventListener): void {
  auths.set(auth, emit);
}

export function listenerFor(auth: Auth): VerifierEventListener {
  const listener = auths.get(auth);
  return typeof listener === 'function' ? (listener as VerifierEventListener) : silent;
}

/** A copy that is an Auth too, and reports to another listener. */
export function copyAuth(auth: Auth, emit: VerifierEventListener): Auth {
  const copy = Object.freeze({ ...auth });
  setListener(copy, emit);
  return copy;
}

export function requireAuthOrNull<A extends Auth | null>(auth: A): A {
  if (auth === null || isAuth(auth)) return auth;
  throw new ToriiConfigError(
    'auth',
    'This object was not created by a verifier. Pass the Auth that a verifier returned, not a copy or a promise of it, or null.',
  );
}

// Reads own properties only: prototype pollution must not add claims.
export function claimOf(claims: unknown, name: string): unknown {
  return isJsonObject(claims) && Object.hasOwn(claims, name) ? claims[name] : undefined;
}

export function malformedClaim(name: string): ToriiAuthError {
  return refusal('claim_malformed', `The token has a claim that cannot be read: ${name}.`, { claim: name });
}

export interface CheckedClaims {
  readonly issuer: string;
  readonly userId: string;
  readonly environmentId: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

export interface ForeignClaims {
  readonly issuer: string | null;
  readonly userId: string;
  readonly issuedAt: number | null;
  readonly expiresAt: number;
}

export function readAuth(checked: CheckedClaims, claims: Claims): Auth {
  return createAuth(checked, claims, readOrganization);
}

// For a token that Torii did not issue. Ignores `pid`, `org_id` and `o`: these claims may mean something else there.
export function readForeignAuth(checked: ForeignClaims, claims: Claims): Auth {
  return createAuth({ ...checked, environmentId: null }, claims, () => null);
}

function createAuth(
  checked: ForeignClaims & Pick<Auth, 'environmentId'>,
  claims: Claims,
  organizationOf: (claims: Claims) => Organization | null,
): Auth {
  freezeClaims(claims);
  const actor = readActor(claims);
  const locale = claimOf(claims, 'locale');
  const auth: Auth = {
    userId: checked.userId,
    environmentId: checked.environmentId,
    issuer: checked.issuer,
    emailVerified: claimOf(claims, 'email_verified') === true,
    profileComplete: claimOf(claims, 'profile_complete') !== false,
    impersonating: claimOf(claims, 'impersonating') === true || actor !== null,
    actor,
    locale: typeof locale === 'string' ? locale : null,
    organization: organizationOf(claims),
    issuedAt: checked.issuedAt,
    expiresAt: checked.expiresAt,
    raw: claims,
  };
  auths.set(Object.freeze(auth), silent);
  return auth;
}

// Refuses a token with a malformed `act` (actor) claim: if the claim were ignored, an admin who impersonates the user would
// be treated as the user.
function readActor(claims: Claims): Actor | null {
  if (!Object.hasOwn(claims, 'act')) return null;
  const act = claims['act'];
  if (!isJsonObject(act)) throw malformedClaim('act');
  const subject = claimOf(act, 'sub');
  return Object.freeze({ userId: typeof subject === 'string' && subject !== '' ? subject : null, raw: act });
}

// Provisional, because Torii has not published the format of the newer claim `o`. The organization is in `org_id`, in `o`,
// or in both. A token is refused if the two claims disagree: other code could read the wrong organization or role.
function readOrganization(claims: Claims): Organization | null {
  const flat = organizationFrom(claimOf(claims, 'org_id'), claimOf(claims, 'org_role'), 'org_id');
  const o = claimOf(claims, 'o') ?? null;
  if (o !== null && !isJsonObject(o)) throw malformedClaim('o');
  if (o === null) return flat;
  const nested = organizationFrom(claimOf(o, 'id'), claimOf(o, 'role') ?? claimOf(o, 'rol'), 'o');
  if (flat === null || nested === null) return flat ?? nested;
  const differ = flat.role !== null && nested.role !== null && bareRole(flat.role) !== bareRole(nested.role);
  if (flat.id !== nested.id || differ) throw malformedClaim('o');
  return flat.role === null ? nested : flat;
}

function bareRole(role: string): string {
  return role.startsWith('org:') ? role.slice('org:'.length) : role;
}

function organizationFrom(id: unknown, role: unknown, claim: string): Organization | null {
  if (id === undefined || id === null) return null;
  if (typeof id !== 'string' || id === '') throw malformedClaim(claim);
  return Object.freeze({ id, role: typeof role === 'string' && role !== '' ? role : null });
}

export function isJsonObject(value: unknown): value is Claims {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// Removes `__proto__` keys (prototype pollution). Not recursive: a deeply nested claim (`[[[[…`) would overflow the stack.
function freezeClaims(claims: Claims): void {
  const pending: object[] = [claims];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (Object.hasOwn(next, '__proto__')) Reflect.deleteProperty(next, '__proto__');
    for (const value of Object.values(next)) if (typeof value === 'object' && value !== null) pending.push(value);
    Object.freeze(next);
  }
}
