import { type Auth, type Claims, isAuth, ToriiConfigError } from '@torii/core';

/** Which claims say what. `sub`, `org_id` and `org_role` are read as Torii writes them, in every form that it has. */
export interface ClaimNames {
  /** @default 'sub' */
  readonly userId?: string;
  /** @default 'org_id' */
  readonly tenant?: string;
  /** @default 'subdomain' */
  readonly subdomain?: string;
  /** @default 'pathname_slugs' */
  readonly slugs?: string;
  /**
   * One name: where the token has no such claim, `roles`, `role`, `user_roles` and `role_ids` are tried, in this order. A
   * list: these claims, in this order, and no others.
   *
   * @default 'org_role'
   */
  readonly roles?: string | readonly string[];
}

/** The claims to read, names filled in. */
export interface ClaimSettings {
  readonly userId: string;
  readonly tenant: string;
  readonly subdomain: string;
  readonly slugs: string;
  /** In the order in which they are tried. */
  readonly roles: readonly string[];
}

/** Where roles are looked for if the configured claim is not in the token. */
export const roleFallbacks: readonly string[] = ['roles', 'role', 'user_roles', 'role_ids'];

/** What a token says of its bearer, for those who decide. A claim that is missing or unreadable is null, or nothing. */
export interface Caller {
  readonly userId: string | null;
  readonly tenant: string | null;
  readonly subdomain: string | null;
  readonly slugs: readonly string[];
  readonly roles: readonly string[];
  readonly impersonating: boolean;
  readonly actorId: string | null;
  /** Everything that a decision about permissions may depend on, in one text. */
  readonly key: string;
}

/** Reads callers, each token once. */
export function createCallerReader(names: ClaimSettings): (auth: Auth) => Caller {
  const callers = new WeakMap<Auth, Caller>();
  return (auth) => {
    const known = callers.get(auth);
    if (known !== undefined) return known;
    // What merely looks like one could claim any role.
    if (!isAuth(auth)) {
      throw new ToriiConfigError('auth', 'This is not an Auth that a verifier made. Pass what `getAuth` gives you.');
    }
    const caller = readCaller(auth, names);
    callers.set(auth, caller);
    return caller;
  };
}

function readCaller(auth: Auth, names: ClaimSettings): Caller {
  const tenant = oneText(readClaim(auth, names.tenant));
  const roles = [...new Set(listTexts(readRoles(auth, names.roles), true))].sort();
  return {
    userId: oneText(readClaim(auth, names.userId)),
    tenant,
    subdomain: oneText(readClaim(auth, names.subdomain)),
    slugs: listTexts(readClaim(auth, names.slugs), false),
    roles,
    impersonating: auth.impersonating,
    actorId: auth.actor?.userId ?? null,
    key: JSON.stringify([auth.environmentId, tenant, roles]),
  };
}

// The first claim that is there decides, also where it is empty or cannot be read: a role that was taken away must not
// come back from another claim.
function readRoles(auth: Auth, names: readonly string[]): unknown {
  for (const name of names) {
    const value = readClaim(auth, name);
    if (value !== undefined) return value;
  }
  return undefined;
}

function readClaim(auth: Auth, name: string): unknown {
  if (name === 'sub') return auth.userId;
  // Torii has two ways to write the organization, and core reads both. A token of another maker has neither.
  if (auth.environmentId !== null) {
    if (name === 'org_id') return auth.organization?.id;
    if (name === 'org_role') return auth.organization?.role ?? (namesOrganizationRole(auth.raw) ? null : undefined);
  }
  return Object.hasOwn(auth.raw, name) ? auth.raw[name] : undefined;
}

// Whatever it says, and whether or not there is an organization to go with it: an empty role is a role that was taken away.
function namesOrganizationRole(raw: Claims): boolean {
  const o: unknown = Object.hasOwn(raw, 'o') ? raw['o'] : undefined;
  const isNested = typeof o === 'object' && o !== null && (Object.hasOwn(o, 'role') || Object.hasOwn(o, 'rol'));
  return isNested || Object.hasOwn(raw, 'org_role');
}

function listTexts(value: unknown, oneIsEnough: boolean): readonly string[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : oneIsEnough ? [value] : [];
  const texts = items.map(oneText);
  // All or nothing: half of a list that cannot be read is not what the issuer meant.
  return texts.every((text) => text !== null) ? texts : [];
}

/** A text or a whole number, as a text: 1 and "1" are the same role, the same tenant. */
function oneText(value: unknown): string | null {
  if (typeof value === 'string' && value !== '') return value;
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : null;
}
