import { readCaseTable } from './case-table.ts';
import type { Judged } from './judged-response.ts';

/** Compares a refusal with the status, challenge, headers and body that cases.json lists for its reason. */
export function findRefusalProblems({ given, wanted, method }: Judged): readonly string[] {
  const reasons = [wanted.refusal ?? []].flat();
  // HEAD has no body to read the reason from.
  const error = method === 'HEAD' ? undefined : readError(given.body);
  if (method !== 'HEAD' && error === undefined)
    return [`The body of the refusal (${given.status}) is not JSON: ${given.body.slice(0, 200)}`];
  const reason = method === 'HEAD' ? reasons[0] : error?.['reason'];
  if (typeof reason !== 'string' || !reasons.includes(reason))
    return [`The reason is ${JSON.stringify(reason)} instead of ${reasons.join(' or ')}.`];
  const rule = readCaseTable().refusals[reason];
  if (rule === undefined) return [`cases.json has no response for the reason ${reason}.`];

  const problems: string[] = [];
  const expectHeader = (name: string, isRight: boolean, wantedText: string) => {
    if (!isRight)
      problems.push(`The header ${name} is ${JSON.stringify(given.headers.get(name))} instead of ${wantedText}.`);
  };
  const challenge = given.headers.get('www-authenticate');
  const fields = new Set((given.headers.get('vary') ?? '').toLowerCase().split(/ *, */));

  if (given.status !== rule.status) problems.push(`The status is ${given.status} instead of ${rule.status}.`);
  if (rule.error === undefined) expectHeader('www-authenticate', challenge === rule.challenge, String(rule.challenge));
  else {
    const start = `Bearer realm="torii", error="${rule.error}", error_description="`;
    // RFC 6750 3: the characters that a description may have.
    const isRight =
      challenge?.startsWith(start) && /^[\x20\x21\x23-\x5B\x5D-\x7E]+"$/.test(challenge.slice(start.length));
    expectHeader('www-authenticate', isRight ?? false, `${start}…"`);
  }
  const retry = given.headers.get('retry-after');
  if (rule.retryAfter) expectHeader('retry-after', /^[1-9]\d*$/.test(retry ?? ''), 'a number of seconds');
  else expectHeader('retry-after', retry === undefined, 'none');
  expectHeader('cache-control', given.headers.get('cache-control') === 'private, no-store', 'private, no-store');
  expectHeader(
    'vary',
    ['authorization', 'cookie'].every((name) => fields.has(name)),
    'Authorization, Cookie',
  );
  expectHeader('content-type', /^application\/json/.test(given.headers.get('content-type') ?? ''), 'application/json');

  if (method === 'HEAD') return given.body === '' ? problems : [...problems, 'The response to HEAD has a body.'];
  return [...problems, ...findBodyProblems(error ?? {}, rule.code, wanted.message)];
}

function findBodyProblems(error: Readonly<Record<string, unknown>>, code: string, message?: string): readonly string[] {
  const problems: string[] = [];
  const names = Object.keys(error).toSorted().join(', ');
  if (names !== 'code, message, reason')
    problems.push(`\`error\` has the fields ${names} instead of code, message, reason.`);
  if (error['code'] !== code) problems.push(`The code is ${JSON.stringify(error['code'])} instead of ${code}.`);
  const isRight =
    message === undefined ? /^[A-Z][^\r\n]+\.$/.test(String(error['message'])) : error['message'] === message;
  if (!isRight)
    problems.push(`The message is ${JSON.stringify(error['message'])} instead of ${message ?? 'one sentence'}.`);
  return problems;
}

/** Returns the field `error` of the body, if the body has no other field. */
function readError(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value !== 'object' || value === null || Object.keys(value).join() !== 'error') return undefined;
    const error: unknown = Reflect.get(value, 'error');
    return typeof error === 'object' && error !== null ? (error as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
