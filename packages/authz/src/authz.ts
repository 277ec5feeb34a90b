import { type Auth, type Check, type RequestLike, ToriiConfigError } from '@torii/core';
import { viewOf } from '@torii/core/adapter';
import { type AuthzOptions, readOptions } from './options.ts';
import { readQuestion } from './policy/permission.ts';
import { findGrant } from './policy/policy.ts';
import type { PolicySource } from './policy/policy-source.ts';
import { createCallerReader } from './rules/caller.ts';
import { createDecision } from './rules/decision.ts';
import type { Explanation } from './rules/explanation.ts';
import { judgeImpersonation } from './rules/rules.ts';
import { forbidden } from './rules/verdict.ts';

/** Decides who may do what, and in whose name. Made once by {@link createAuthz}. */
export interface Authz {
  /**
   * The whole decision as a check: for `createVerifier({ checks: authz.checks })` or `allow(...authz.checks)`.
   *
   * It throws ToriiRequestError (400) for a path that can be read in two ways and a tenant that is named twice,
   * ToriiUnavailableError (503) where the permissions cannot be read, and ToriiForbiddenError (403) for a token in somebody
   * else's name and for a request of which too little is known: no `not` makes a yes of these. Ask it beside other
   * conditions, not inside `anyOf`, which stops at the first yes and may not come to it.
   */
  readonly checks: readonly [Check];
  /** The user's id, from the claim that means it. */
  userId(auth: Auth): string | null;
  tenant(auth: Auth): string | null;
  subdomain(auth: Auth): string | null;
  /** The tenants of the second level that the token lists. */
  slugs(auth: Auth): readonly string[];
  hasSlug(auth: Auth, slug: string): boolean;
  /** As texts, each once. */
  roles(auth: Auth): readonly string[];
  /**
   * Whether one of the caller's roles has a permission for this: `'sales/invoices:post'`. Asks about the permission alone,
   * not about tenants.
   *
   * @throws ToriiForbiddenError for a token in somebody else's name, where `impersonation` is `refuse`
   * @throws ToriiUnavailableError where the permissions cannot be read
   * @throws ToriiConfigError for what is no question, such as one with a star
   */
  can(auth: Auth, permission: string): Promise<boolean>;
  /** Why a request would be let through or refused, rule by rule. For developers and logs, not for an answer. */
  explain(auth: Auth, request: RequestLike): Promise<Explanation>;
  /**
   * Reads the permissions again. Call it after you changed them: the next request on this node goes by the change, and
   * every other node within `refreshSeconds`.
   *
   * @throws ToriiUnavailableError where they cannot be read; requests are answered 503 then until they can
   */
  refresh(): Promise<void>;
}

/**
 * Makes the checks and helpers of an app with tenants, roles or both.
 *
 * @example
 * const authz = createAuthz({
 *   tenant: { slug: '/api/v1/:company/*' },
 *   permissions: { permissions: { admin: ['/*:*'], clerk: ['sales/invoices:get'] } },
 * });
 *
 * @throws ToriiConfigError for a wrong option, saying what to write
 */
export function createAuthz(options: AuthzOptions): Authz {
  const settings = readOptions(options);
  const callerOf = createCallerReader(settings.claims);
  const { decide, explain } = createDecision(settings, callerOf);
  const permissions = (): PolicySource => {
    if (settings.source !== undefined) return settings.source;
    throw new ToriiConfigError('permissions', 'There are no permissions to ask about. Give createAuthz `permissions`.');
  };
  return Object.freeze<Authz>({
    checks: Object.freeze([decide] as const),
    userId: (auth) => callerOf(auth).userId,
    tenant: (auth) => callerOf(auth).tenant,
    subdomain: (auth) => callerOf(auth).subdomain,
    slugs: (auth) => callerOf(auth).slugs,
    hasSlug: (auth, slug) => callerOf(auth).slugs.includes(slug),
    roles: (auth) => callerOf(auth).roles,
    async can(auth, permission) {
      const caller = callerOf(auth);
      const { roles } = caller;
      const { method, resource } = readQuestion(permission);
      const source = permissions();
      const verdict = judgeImpersonation(caller, settings.impersonation);
      if (verdict.isFinal) throw forbidden(verdict, 'impersonation');
      return findGrant(await source.current(), roles, resource, method) !== undefined;
    },
    explain: async (auth, request) => explain(auth, viewOf(request)),
    refresh: async () => permissions().refresh(),
  });
}
