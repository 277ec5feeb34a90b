import type { Expectation } from './case-table.ts';
import type { Judged } from './judged-response.ts';
import type { RawAnswer } from './raw-request.ts';
import { findRefusalProblems } from './refusal-judgement.ts';

/** Compares a response, and the handlers that ran, with what a case wants. Returns one sentence for each difference. */
export function findProblems(judged: Judged): readonly string[] {
  const { given, wanted, visits, level, secrets } = judged;
  const leaks = secrets.filter((secret) => given.body.includes(secret));
  const leaked = level === 'responses' ? leaks.map((text) => `The response contains ${JSON.stringify(text)}.`) : [];
  if (wanted.handler !== undefined) return [...leaked, ...findHandlerProblems(judged, wanted.handler)];
  const ran = visits === undefined ? hasHandlerBody(given) : visits.length > 0;
  if (wanted.publicOr !== undefined && ran) return [...leaked, ...findHandlerProblems(judged, 'public')];
  if (ran && given.status >= 400 && visits !== undefined)
    return [...leaked, `The handler ${visits.join(', ')} ran before the request was refused: ${describe(given)}.`];
  if (ran) return [...leaked, `The request was let in: ${describe(given, visits)}.`];
  return [...leaked, ...findAnswerProblems(judged)];
}

function findHandlerProblems({ given, wanted, visits, level }: Judged, handler: string): readonly string[] {
  const userId = wanted.userId ?? null;
  if (given.status !== 200) {
    const caller = userId === null ? 'a caller who is not signed in' : `the user ${userId}`;
    return [`The request of ${caller} was refused: ${describe(given, visits)}.`];
  }
  const problems = findHeaderProblems(given, wanted);
  const body = parseBody(given);
  const id = body?.['userId'] ?? null;
  if (id !== userId)
    problems.push(`The handler saw the user ${JSON.stringify(id)} instead of ${JSON.stringify(userId)}.`);
  const isExact = level === 'responses' || wanted.publicOr !== undefined;
  if (isExact && body?.['handler'] !== handler)
    problems.push(`The handler ${JSON.stringify(body?.['handler'])} responded instead of ${JSON.stringify(handler)}.`);
  if (visits !== undefined && (isExact ? visits.join() !== handler : visits.length === 0))
    problems.push(`The handlers that ran are [${visits.join(', ')}] instead of [${handler}].`);
  return problems;
}

function findAnswerProblems(judged: Judged): readonly string[] {
  const { given, wanted, level } = judged;
  if (wanted.appError !== undefined) {
    if (level === 'decisions') return given.status >= 500 ? [] : [`The app's error got the status ${given.status}.`];
    return findAppErrorProblems(given, wanted.appError);
  }
  if (level === 'decisions') return isRefused(judged) ? [] : [`The request was not refused: ${describe(given)}.`];
  if (wanted.refusal !== undefined) return [...findRefusalProblems(judged), ...findHeaderProblems(given, wanted)];
  const statuses = wanted.status ?? wanted.publicOr ?? [];
  return statuses.includes(given.status) ? [] : [`The status is ${given.status} instead of ${statuses.join(' or ')}.`];
}

function findAppErrorProblems(given: RawAnswer, wanted: string): readonly string[] {
  const body = parseBody(given);
  if (given.status !== 500 || body?.['app'] !== 'error')
    return [`The response is not the app's own error response: ${describe(given)}.`];
  const thrown = JSON.stringify(body['thrown']);
  return thrown === JSON.stringify(wanted)
    ? []
    : [
        `The app's error handling got the error ${thrown} instead of ${JSON.stringify(wanted)}, or an error with it as \`cause\`.`,
      ];
}

/** Headers that code before the guard has set. */
function findHeaderProblems({ headers }: RawAnswer, { headers: wanted = {} }: Expectation): string[] {
  return Object.entries(wanted).flatMap(([name, value]) => {
    const given = headers.get(name);
    const isKept = name === 'vary' ? listOf(given).includes(value.toLowerCase()) : given === value;
    return isKept ? [] : [`The header ${name} is ${JSON.stringify(given)}, without the ${value} of other middleware.`];
  });
}

function listOf(header = ''): readonly string[] {
  return header.toLowerCase().split(/ *, */);
}

/** Any 4xx is a refusal, and 5xx if the server cannot decide. A request that is not HTTP may also get no response. */
function isRefused({ given: { status }, wanted }: Judged): boolean {
  if (status >= 400 && status < 500) return true;
  if (wanted.refusal === undefined) return status === 0;
  return status >= 500 && [wanted.refusal].flat().some((reason) => reason.endsWith('_unavailable'));
}

/** Whether the response is what the test app's handler sends. */
function hasHandlerBody(given: RawAnswer): boolean {
  const body = parseBody(given);
  return (given.status > 0 && given.status < 400) || (body !== undefined && ('handler' in body || 'userId' in body));
}

function parseBody({ body }: RawAnswer): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function describe({ status, body }: RawAnswer, visits: readonly string[] = []): string {
  if (status === 0) return 'the connection was closed without a response';
  const handlers = visits.length === 0 ? '' : `, after the handler ${visits.join(', ')}`;
  return `status ${status}${body === '' ? '' : ` with ${body.slice(0, 200)}`}${handlers}`;
}
