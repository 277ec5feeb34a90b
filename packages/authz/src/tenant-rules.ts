import { type RequestView, ToriiRequestError } from '@torii/core';
import { loggable } from '@torii/core/adapter';
import type { Caller } from './caller.ts';
import { subdomainOf } from './host.ts';
import type { PathMatch } from './path-pattern.ts';
import { fail, pass, type Verdict } from './verdict.ts';

const anotherTenant = 'You do not belong to this tenant.';

/**
 * The tenant that a header names is the token's.
 *
 * @throws ToriiRequestError for a header that comes twice: who reads it next may take the other one
 */
export function judgeHeader(caller: Caller, request: RequestView, header: string): Verdict {
  const [named, second] = request.headerValues(header);
  // Fetch joins headers of one name with a comma.
  if (second !== undefined || named?.includes(',')) {
    throw new ToriiRequestError('The request names more than one tenant.');
  }
  if (named === undefined || named === '') return fail('The request names no tenant.', `${header} was not sent`);
  if (caller.tenant === null) return fail(anotherTenant, 'the token names no tenant');
  if (named === caller.tenant) return pass(`${header} is the token's tenant`);
  return fail(anotherTenant, `${header} is ${loggable(named)}, the token's tenant is ${loggable(caller.tenant)}`);
}

/** The host is the subdomain that the token names, below one of the configured base domains. */
export function judgeSubdomain(caller: Caller, request: RequestView, baseDomains: readonly string[]): Verdict {
  const named = subdomainOf(request.host, baseDomains);
  const host = loggable(request.host ?? 'unknown');
  if (named === undefined)
    return fail('The request names no tenant.', `the host ${host} is not below ${baseDomains.join(' or ')}`);
  if (caller.subdomain === null) return fail(anotherTenant, 'the token names no subdomain');
  if (named === caller.subdomain.toLowerCase()) return pass("the host is the token's subdomain");
  return fail(anotherTenant, `the host ${host} is not the token's subdomain, ${loggable(caller.subdomain)}`);
}

/** The path names a tenant that the token lists. A path in which none can be found names none that it lists. */
export function judgeSlug(caller: Caller, match: PathMatch | undefined): Verdict {
  if (match?.slug === undefined) return fail('The request names no tenant.', 'the path does not match the pattern');
  if (caller.slugs.includes(match.slug)) return pass(`the token lists ${loggable(match.slug)}`);
  const listed = caller.slugs.length === 0 ? 'none' : loggable(caller.slugs.join(', '));
  return fail(anotherTenant, `the path names ${loggable(match.slug)}, the token lists ${listed}`);
}
