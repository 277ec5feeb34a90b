import { type RequestView, ToriiRequestError } from '@torii/core';
import { loggable } from '@torii/core/internal';
import type { Caller } from './caller.ts';
import { subdomainOf, toLowerCaseAscii } from './host.ts';
import type { PathMatch } from './path-pattern.ts';
import { fail, forbid, pass, type Verdict } from './verdict.ts';

const anotherTenant = 'You do not belong to this tenant.';
const noTenant = 'The request names no tenant.';

export function judgeHeader(caller: Caller, request: RequestView, header: string): Verdict {
  const [named, second] = request.headerValues(header);
  // Refuse a header that was sent twice (Fetch joins both values with a comma): the app could read the value that was
  // not checked.
  if (second !== undefined || named?.includes(',')) {
    throw new ToriiRequestError('The request names more than one tenant.');
  }
  if (named === undefined) return fail(noTenant, `${header} was not sent`);
  if (named === '') return fail(noTenant, `${header} was sent empty`);
  if (caller.tenant === null) return fail(anotherTenant, 'the token contains no tenant');
  if (named === caller.tenant) return pass(`${header} is the token's tenant`);
  return fail(anotherTenant, `${header} is ${loggable(named)}, the token's tenant is ${loggable(caller.tenant)}`);
}

export function judgeSubdomain(caller: Caller, request: RequestView, baseDomains: readonly string[]): Verdict {
  if (request.host === undefined)
    return forbid(noTenant, 'the host is not known: it is missing or malformed, or the request names two');
  const named = subdomainOf(request.host, baseDomains);
  const host = loggable(request.host);
  if (named === undefined) return fail(noTenant, `the host ${host} is not a subdomain of ${baseDomains.join(' or ')}`);
  if (caller.subdomain === null) return fail(anotherTenant, 'the token contains no subdomain');
  if (named === toLowerCaseAscii(caller.subdomain)) return pass("the host is the token's subdomain");
  return fail(anotherTenant, `the host ${host} is not the token's subdomain, ${loggable(caller.subdomain)}`);
}

export function judgeSlug(caller: Caller, { path }: RequestView, match: PathMatch | undefined): Verdict {
  if (path === undefined) return forbid(noTenant, 'the path is not known');
  if (match?.slug === undefined) return fail(noTenant, 'the path does not match the pattern');
  if (caller.slugs.includes(match.slug)) return pass(`the token lists ${loggable(match.slug)}`);
  const listed = caller.slugs.length === 0 ? 'none' : loggable(caller.slugs.join(', '));
  return fail(anotherTenant, `the path names ${loggable(match.slug)}, the token lists ${listed}`);
}
