import { type Auth, type Claims, isAuth } from '@torii/core';
import { wrongValue } from '@torii/core/internal';

/**
 * The names of the token claims to read. In Torii's tokens, `org_id` is also read from `o.id`, and `org_role` from
 * `o.role` or `o.rol`.
 */
export interface ClaimNames {
  /**
   * The claim with the user ID, a string or a whole number.
   *
   * @default 'sub'
   */
  readonly userId?: string;
  /**
   * The claim with the tenant ID, a string or a whole number.
   *
   * @default 'org_id'
   */
  readonly tenant?: string;
  /**
   * The claim with the subdomain of the tenant, such as `acme` for `acme.example.com`.
   *
   * @default 'subdomain'
   */
  readonly subdomain?: string;
  /**
   * The claim with the list of slugs, the names of the tenants in paths that the user may use.
   *
   * @default 'pathname_slugs'
   */
  readonly slugs?: string;
  /**
   * The claim with the roles: a list, a string or a whole number. If the token does not contain it, `roles`, `role`,
   * `user_roles` and `role_ids` are tried, in this order. After `org_role`, `role_ids` is tried before the others. Pass a
   * list of claim names to try only those, in order. The first claim that is present is used: if it is empty or invalid,
   * the user has no roles.
   *
   * @default 'org_role'
   */
  readonly roles?: string | readonly string[];
}

export interface ClaimSettings {
  readonly userId: string;
  readonly tenant: string;
  readonly subdomain: string;
  readonly slugs: string;
  readonly roles: readonly string[];
}

const roleFallbacks = ['roles', 'role', 'user_roles', 'role_ids'];

// The order of rack_jwt_aegis: the configured claim, by default `role_ids`, then the fallbacks. Torii's `org_role` comes before
// `role_ids`.
export function roleClaimsFor(name: string): readonly string[] {
  return name === 'org_role' ? [name, 'role_ids', ...roleFallbacks] : [name, ...roleFallbacks];
}

export interface Caller {
  readonly userId: string | null;
  readonly tenant: string | null;
  readonly subdomain: string | null;
  readonly slugs: readonly string[];
  readonly roles: readonly string[];
  readonly impersonating: boolean;
  readonly actorId: string | null;
  /** The part of the cache key of a permission decision that comes from the token. */
  readonly key: string;
}

export function createCallerReader(names: ClaimSettings): (auth: Auth) => Caller {
  const callers = new WeakMap<Auth, Caller>();
  return (auth) => {
    const known = callers.get(auth);
    if (known !== undefined) return known;
    // Without this check, an object that only looks like an Auth could contain any role.
    if (!isAuth(auth)) {
      throw wrongValue('auth', 'an Auth that a verifier created, as the first argument', auth, 'getAuth(req)');
    }
    const caller = readCaller(auth, names);
    callers.set(auth, caller);
    return caller;
  };
}

function readCaller(auth: Auth, names: ClaimSettings): Caller {
  const tenant = readString(readClaim(auth, names.tenant));
  const roles = [...new Set(readStrings(readRoles(auth, names.roles), true))].sort();
  return {
    userId: readString(readClaim(auth, names.userId)),
    tenant,
    subdomain: readString(readClaim(auth, names.subdomain)),
    slugs: readStrings(readClaim(auth, names.slugs), false),
    roles,
    impersonating: auth.impersonating,
    actorId: auth.actor?.userId ?? null,
    key: JSON.stringify([auth.environmentId, tenant, roles]),
  };
}

// Uses the first claim that is present, even if it is invalid: a role that was removed from it must not come back from
// another claim.
function readRoles(auth: Auth, names: readonly string[]): unknown {
  for (const name of names) {
    const value = readClaim(auth, name);
    if (value !== undefined) return value;
  }
  return undefined;
}

function readClaim(auth: Auth, name: string): unknown {
  if (name === 'sub') return auth.userId;
  // Only Torii's tokens have an environment ID. They contain the organization in `o` or in `org_*`; core reads both.
  if (auth.environmentId !== null) {
    if (name === 'org_id') return auth.organization?.id;
    if (name === 'org_role') return auth.organization?.role ?? (hasOrganizationRoleClaim(auth.raw) ? null : undefined);
  }
  return Object.hasOwn(auth.raw, name) ? auth.raw[name] : undefined;
}

function hasOrganizationRoleClaim(raw: Claims): boolean {
  const o: unknown = Object.hasOwn(raw, 'o') ? raw['o'] : undefined;
  const isNested = typeof o === 'object' && o !== null && (Object.hasOwn(o, 'role') || Object.hasOwn(o, 'rol'));
  return isNested || Object.hasOwn(raw, 'org_role');
}

function readStrings(value: unknown, acceptsSingle: boolean): readonly string[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : acceptsSingle ? [value] : [];
  const strings = items.map(readString);
  // One invalid item makes the whole list invalid: a partial list is not what the issuer meant.
  return strings.every((item) => item !== null) ? strings : [];
}

function readString(value: unknown): string | null {
  if (typeof value === 'string' && value !== '') return value;
  return Number.isSafeInteger(value) ? String(value) : null;
}
