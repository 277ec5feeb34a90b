import { silent } from './emitter.ts';
import { ToriiAuthError, ToriiConfigError } from './errors.ts';
import { type VerifierEventListener, withDetail } from './events.ts';
import { SharedMap } from './registry.ts';

/** The claims of a token by name, as the issuer signed them. */
export interface Claims {
  readonly [name: string]: unknown;
}

/** Who acts in the user's name: the `act` claim (RFC 8693 4.1). */
export interface Actor {
  /** The actor's own user id: `act.sub`. Null where the issuer named none. */
  readonly userId: string | null;
  /** The whole `act` claim. */
  readonly raw: Claims;
}

/** The organization that the user works in at the moment. */
export interface Organization {
  readonly id: string;
  /** The role's key, such as `org:administrator`. Null where the token names none. */
  readonly role: string | null;
}

/**
 * Who is calling, from a verified token. Deeply frozen, and recognised by {@link isAuth}.
 *
 * Name the claims of your own token template to have them typed in `raw`: `Auth<{ plan: string }>`.
 */
export interface Auth<Custom extends object = Claims> {
  /** The user's id: `sub`. */
  readonly userId: string;
  /** The Torii environment that the user belongs to: `pid`. Null only in tokens that are not Torii's. */
  readonly environmentId: string | null;
  /** The issuer of the token, as the token has it: `iss`. Null only in tokens that are not Torii's. */
  readonly issuer: string | null;
  /** True only where the issuer says so. */
  readonly emailVerified: boolean;
  /** False only where the issuer says so. */
  readonly profileComplete: boolean;
  /** True where an admin acts in the user's name. `actor` tells who, if the token does. */
  readonly impersonating: boolean;
  readonly actor: Actor | null;
  readonly locale: string | null;
  readonly organization: Organization | null;
  /** Seconds since 1970: `iat` (RFC 7519 4.1.6). Null only in tokens that are not Torii's. */
  readonly issuedAt: number | null;
  /** Seconds since 1970: `exp` (RFC 7519 4.1.4). The leeway is not in it. */
  readonly expiresAt: number;
  /** Every claim of the token. */
  readonly raw: Readonly<Custom> & Claims;
}

// Every Auth, and the listener of the verifier that made it. Not a mark on the object, which a copy could carry along, and about
// which React warns when an Auth is passed to a client component.
const auths: SharedMap<Auth, VerifierEventListener> = new SharedMap('auths');

/**
 * True for an Auth that a verifier made, in this copy of the package or another. An object that merely looks like one,
 * a copy of one, or one that came through JSON does not count.
 */
export function isAuth(value: unknown): value is Auth {
  return auths.has(value);
}

/** Sets who is told of refusals by checks that are asked after the verifier is done, such as those of one route. */
export function listenTo(auth: Auth, emit: VerifierEventListener): void {
  auths.set(auth, emit);
}

/** The listener of the verifier that an Auth came from. */
export function listenerOf(auth: Auth): VerifierEventListener {
  const listener = auths.get(auth);
  return typeof listener === 'function' ? (listener as VerifierEventListener) : silent;
}

/**
 * Gives back an Auth, or the null that stands for nobody.
 *
 * @throws ToriiConfigError for anything else: what is no Auth of ours must not pass for a caller
 */
export function requireOurs<A extends Auth | null>(auth: A): A {
  if (auth === null || isAuth(auth)) return auth;
  throw new ToriiConfigError(
    'auth',
    'This is no Auth of ours. Pass what a verifier of createVerifier returned, or null.',
  );
}

/** A claim that the token itself has, whatever somebody put on Object.prototype. */
export function claimOf(claims: Claims, name: string): unknown {
  return Object.hasOwn(claims, name) ? claims[name] : undefined;
}

export function malformedClaim(name: string): ToriiAuthError {
  const message = `The token has a claim that cannot be read: ${name}.`;
  return withDetail(new ToriiAuthError('claim_malformed', message), { claim: name });
}

/** The claims that verification has already proved to be there and of the right type. */
export interface CheckedClaims {
  readonly issuer: string;
  readonly userId: string;
  readonly environmentId: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** The same of a token that is not Torii's: null is what it need not have. */
export interface ForeignClaims {
  readonly issuer: string | null;
  readonly userId: string;
  readonly issuedAt: number | null;
  readonly expiresAt: number;
}

/** Reads an Auth from the claims of a token. Takes the claims over: they are frozen, and stripped of `__proto__`. */
export function readAuth(checked: CheckedClaims, claims: Claims): Auth {
  return createAuth(checked, claims, readOrganization);
}

/** The same for a token that is not Torii's, in which `pid`, `org_id` and `o` may mean anything: they are not read. */
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

// An unreadable `act` is refused, not overlooked: the token would pass for the user's own doing.
function readActor(claims: Claims): Actor | null {
  if (!Object.hasOwn(claims, 'act')) return null;
  const act = claims['act'];
  if (!isJsonObject(act)) throw malformedClaim('act');
  const subject = claimOf(act, 'sub');
  return Object.freeze({ userId: typeof subject === 'string' && subject !== '' ? subject : null, raw: act });
}

// Provisional: the organization stands in `org_id` and `org_role`, in newer tokens in `o` as { id, role } or { id, rol }.
// Both are read. Two that differ are refused, since code that reads one would decide for another organization or role.
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

// The one role under two spellings: nobody has confirmed whether the newer form keeps the prefix.
function bareRole(role: string): string {
  return role.startsWith('org:') ? role.slice('org:'.length) : role;
}

function organizationFrom(id: unknown, role: unknown, claim: string): Organization | null {
  if (id === undefined || id === null) return null;
  if (typeof id !== 'string' || id === '') throw malformedClaim(claim);
  return Object.freeze({ id, role: typeof role === 'string' && role !== '' ? role : null });
}

/** A JSON object, and neither null nor a list. */
export function isJsonObject(value: unknown): value is Claims {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// JSON.parse makes an own `__proto__`, which `Object.assign({}, raw)` would turn into a prototype: it goes.
// A loop and not recursion: 16 kB of `[[[[…` is deep enough to overflow the stack of a small runtime.
function freezeClaims(claims: Claims): void {
  const pending: object[] = [claims];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (Object.hasOwn(next, '__proto__')) Reflect.deleteProperty(next, '__proto__');
    for (const value of Object.values(next)) if (typeof value === 'object' && value !== null) pending.push(value);
    Object.freeze(next);
  }
}
