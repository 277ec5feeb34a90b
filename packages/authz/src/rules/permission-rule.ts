import type { RequestView } from '@torii/core';
import { loggable } from '@torii/core/internal';
import { MatchBudget } from '../policy/match-budget.ts';
import type { Grant } from '../policy/permission.ts';
import { findGrant, type Policy } from '../policy/policy.ts';
import type { Caller } from './caller.ts';
import type { Place } from './place.ts';
import { fail, forbid, pass, type Verdict } from './verdict.ts';

const refusal = 'You may not do this.';
const limitNote =
  'not all regular expressions and stars were tried: the path is too long for that many. Use fewer, see the limits in the README';

export function judgePermission(policy: Policy, caller: Caller, request: RequestView, place: Place): Verdict {
  const { method, path } = request;
  const { resource, hasSlug } = place;
  // Refuse a method such as `get`: methods are case-sensitive (RFC 9110 9.1), but some servers route `get` like `GET`.
  if (method === undefined || !/^[A-Z]+(?:-[A-Z]+)*$/.test(method)) return forbid(refusal, 'the method is not known');
  if (path === undefined) return forbid(refusal, 'the path is not known');
  if (resource === undefined) return fail(refusal, `the path does not match \`${hasSlug ? 'slug' : 'base'}\``);
  const key = `${caller.key} ${method} ${path}`;
  const budget = new MatchBudget();
  let grant = policy.memory.recall(key);
  if (grant === undefined) {
    grant = findGrant(policy, caller.roles, resource, method, budget) ?? null;
    // A refusal for this reason is not remembered, so that its explanation is not lost.
    if (grant !== null || !budget.isSpent) policy.memory.keep(key, grant);
  }
  if (grant !== null) return pass(describeGrant(grant));
  const missing = describeMissing(policy, caller, method, resource);
  return fail(refusal, budget.isSpent ? `${missing}; ${limitNote}` : missing);
}

function describeGrant({ role, permission }: Grant): string {
  return `role ${loggable(role)} has ${loggable(permission.text)}`;
}

function describeMissing(policy: Policy, { roles }: Caller, method: string, resource: string): string {
  const wanted = `${method} ${loggable(resource === '' ? '/' : resource)}`;
  if (roles.length === 0) return `the token contains no role, and ${wanted} needs one`;
  const malformed = roles.filter((role) => policy.malformedRoles.has(role));
  const unknown = roles.filter((role) => !policy.roles.has(role) && !policy.malformedRoles.has(role));
  const unknownNote = noteOn('; not in the document:', unknown);
  const malformedNote = noteOn('; permissions are not a list:', malformed);
  return `no permission of ${loggable(roles.join(', '))} covers ${wanted}${unknownNote}${malformedNote}`;
}

function noteOn(note: string, roles: readonly string[]): string {
  return roles.length === 0 ? '' : `${note} ${loggable(roles.join(', '))}`;
}
