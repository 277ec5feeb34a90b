import type { RequestView } from '@torii/core';
import { loggable } from '@torii/core/adapter';
import type { Grant } from '../policy/permission.ts';
import { findGrant, type Policy } from '../policy/policy.ts';
import type { Caller } from './caller.ts';
import type { Place } from './place.ts';
import { fail, forbid, pass, type Verdict } from './verdict.ts';

const refusal = 'You may not do this.';

/** One of the caller's roles has a permission for this method on this resource. */
export function judgePermission(policy: Policy, caller: Caller, request: RequestView, place: Place): Verdict {
  const { method, path } = request;
  const { resource } = place;
  // In upper case, as every method is that a server can route: nobody knows what `get` would come to.
  if (method === undefined || !/^[A-Z]+(?:-[A-Z]+)*$/.test(method)) return forbid(refusal, 'the method is not known');
  if (path === undefined) return forbid(refusal, 'the path is not known');
  if (resource === undefined) return fail(refusal, 'the path holds no resource');
  const key = `${caller.key} ${method} ${path}`;
  const remembered = policy.memory.recall(key);
  const grant = remembered === undefined ? (findGrant(policy, caller.roles, resource, method) ?? null) : remembered;
  if (remembered === undefined) policy.memory.keep(key, grant);
  return grant === null ? fail(refusal, describeLack(policy, caller, method, resource)) : pass(describeGrant(grant));
}

function describeGrant({ role, permission }: Grant): string {
  return `role ${loggable(role)} has ${loggable(permission.text)}`;
}

function describeLack(policy: Policy, { roles }: Caller, method: string, resource: string): string {
  const wanted = `${method} ${loggable(resource === '' ? '/' : resource)}`;
  if (roles.length === 0) return `the token names no role, and ${wanted} needs one`;
  const lost = roles.filter((role) => !policy.roles.has(role));
  const [malformed, unknown] = [true, false].map((isThere) =>
    lost.filter((role) => policy.unreadableRoles.has(role) === isThere),
  );
  const unknownToo = tell('; the document does not have', unknown);
  const malformedToo = tell('; the document does not say in a list what is for', malformed);
  return `no permission of ${loggable(roles.join(', '))} covers ${wanted}${unknownToo}${malformedToo}`;
}

function tell(words: string, roles: readonly string[] = []): string {
  return roles.length === 0 ? '' : `${words} ${loggable(roles.join(', '))}`;
}
