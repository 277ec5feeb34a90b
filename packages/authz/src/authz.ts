import { type Auth, type Check, type RequestLike, ToriiConfigError } from '@torii/core';
import { viewOf } from '@torii/core/adapter';
import { type AwaitGuard, createAwaitGuard } from '@torii/core/internal';
import { type AuthzOptions, readOptions } from './options.ts';
import { readQuestion } from './policy/permission.ts';
import { findGrant } from './policy/policy.ts';
import type { PolicySource } from './policy/policy-source.ts';
import { createCallerReader } from './rules/caller.ts';
import { createDecision } from './rules/decision.ts';
import type { Explanation } from './rules/explanation.ts';
import { judgeImpersonation } from './rules/rules.ts';
import { forbidden } from './rules/verdict.ts';

/**
 * Checks the tenant and the permissions of a request, and reads the user, tenant and roles from a verified token.
 * Create it once with {@link createAuthz}.
 */
export interface Authz {
  /**
   * One check that applies every configured rule: impersonation, tenant and permissions. Pass it to a verifier,
   * `createVerifier({ checks: authz.checks })`, or to a route, `allow(...authz.checks)`.
   *
   * List it next to your other checks, not inside `anyOf`: `anyOf` stops at the first check that passes and may never
   * call this one.
   *
   * Ordinary refusals are returned. The check throws these errors, so that `not` cannot turn them into a pass:
   * - ToriiRequestError (400) if the path can be read in more than one way, or the tenant header is sent twice
   * - ToriiForbiddenError (403) if the user is impersonated and `impersonation` is `refuse`, or if the path, host or
   *   method that a rule needs is unknown
   * - ToriiUnavailableError (503) if the permissions cannot be read
   */
  readonly checks: readonly [Check];
  /** The user ID from the token; `null` if the claim is missing, or is neither a string nor a whole number. */
  userId(auth: Auth): string | null;
  /** The tenant ID from the token; `null` if the claim is missing, or is neither a string nor a whole number. */
  tenant(auth: Auth): string | null;
  /** The subdomain from the token; `null` if the claim is missing, or is neither a string nor a whole number. */
  subdomain(auth: Auth): string | null;
  /**
   * The slugs that the token lists: the names of tenants in paths, such as `acme` in `/api/v1/acme/orders`. Empty if
   * the claim is not a valid list.
   */
  slugs(auth: Auth): readonly string[];
  /** Whether the token lists this slug, the name of a tenant in paths. */
  hasSlug(auth: Auth, slug: string): boolean;
  /** The roles from the token, as sorted strings without duplicates. */
  roles(auth: Auth): readonly string[];
  /**
   * Whether one of the caller's roles grants a permission, such as `'sales/invoices:post'`. Tenants are not checked.
   *
   * Do not forget `await`: a promise is truthy, so `if (authz.can(…))` would let every caller through. Return the promise
   * from a check, or turn on a lint rule for promises in conditions.
   *
   * @throws ToriiForbiddenError if the user is impersonated and `impersonation` is `refuse`
   * @throws ToriiUnavailableError if the permissions cannot be read
   * @throws ToriiConfigError if `permission` is not one resource and one method, or `createAuthz` got no `permissions`
   */
  can(auth: Auth, permission: string): Promise<boolean>;
  /**
   * Returns why a request would pass or be refused, rule by rule. For developers and logs: do not send the result to
   * the caller.
   */
  explain(auth: Auth, request: RequestLike): Promise<Explanation>;
  /**
   * Reads the permissions again. Call it after you change them: this app process uses the change from its next request,
   * and other processes use it within `refreshSeconds` if `permissions` is a function or a store.
   *
   * @throws ToriiUnavailableError if the permissions cannot be read. Requests that need a permission are then answered
   *   503 until a later read succeeds.
   * @throws ToriiConfigError if `createAuthz` got no `permissions`
   */
  refresh(): Promise<void>;
}

const explanationFields = { allowed: true, findings: true, text: true } satisfies Record<keyof Explanation, true>;
const guardExplanation: AwaitGuard = createAwaitGuard(explanationFields);

/**
 * Creates the checks and helpers for an app with tenants, roles or both.
 *
 * @example
 * const authz = createAuthz({
 *   tenant: { slug: '/api/v1/:company/*' },
 *   permissions: { permissions: { admin: ['/*:*'], clerk: ['sales/invoices:get'] } },
 * });
 *
 * @throws ToriiConfigError if an option is unknown or invalid
 */
export function createAuthz(options: AuthzOptions): Authz {
  const settings = readOptions(options);
  const callerOf = createCallerReader(settings.claims);
  const { decide, explain } = createDecision(settings, callerOf);
  const permissions = (): PolicySource => {
    if (settings.source !== undefined) return settings.source;
    throw new ToriiConfigError(
      'permissions',
      '`permissions` is not set, so there is nothing to look up. Pass `permissions` to createAuthz.',
    );
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
    // Async, so that an error while the request is read becomes a rejection.
    explain: (auth, request) => guardExplanation((async () => explain(auth, viewOf(request)))()),
    refresh: async () => permissions().refresh(),
  });
}
