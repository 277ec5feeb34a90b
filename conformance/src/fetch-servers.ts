import type { Case } from './cases.ts';

/**
 * For the option `change`: a case as it applies to a framework whose requests are Fetch requests, also on Node. A Fetch request joins two
 * `Authorization` headers into one value. Its URL is parsed: `/a/../health` and `/a\..\health` are `/health` before any code of the app
 * runs.
 */
export function changeForFetch(each: Case): Case {
  const { headers, target, answer } = each;
  const isDoubled =
    headers.filter(([name]) => name === 'Authorization').length > 1 || /\r\nAuthorization/.test(String(headers));
  if (isDoubled && answer.refusal !== undefined)
    return { ...each, answer: { ...answer, refusal: ['header_malformed', 'scheme_unsupported'] } };
  if (answer.status === undefined) return each;
  // A target that is not a path has no URL.
  const status = target.startsWith('/') ? answer.status : [...answer.status, 400, 404, 500];
  const isResolved = /\\|(?:^|[/\\])(?:\.|%2e){1,2}(?:[/\\?]|$)|^\w+:|^\/\//i.test(target);
  return { ...each, answer: isResolved ? { publicOr: status } : { status } };
}
