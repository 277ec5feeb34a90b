import type { MiddlewareHandler } from 'hono';
import { answerProblem, Problem } from '../../http/problem.ts';
import { escapePointer, findOperation, type Operation } from './operation.ts';

/**
 * What any operation may answer although the specification does not list it, each for a reason. All other statuses have to
 * be listed.
 */
const unlistedStatuses: Readonly<Record<number, string>> = {
  400: 'most operations list no answer to a malformed id, limit, cursor or body',
  413: 'a body may be too large for any of them',
  415: 'a body may be something else than JSON',
  500: 'the emulator has a fault of its own',
  503: 'the database is locked or read-only',
  507: 'the disk is full',
};

const problemPointer = '/components/schemas/ProblemDetail';

/**
 * Holds every answer of the REST API against the specification. One that breaks it is our mistake and nobody else's: it
 * must not reach a client who would learn something false from it, so that a 500 takes its place.
 */
export function holdAnswers(onBrokenContract: (error: Error) => void): MiddlewareHandler {
  return async (c, next) => {
    await next();
    const operation = findOperation(c.req.method, c.req.path);
    if (operation === undefined) return;
    const breach = await findBreach(operation, c.res);
    if (breach === undefined) return;
    const detail = `The emulator’s own answer to ${operation.key} breaks the specification: ${breach}.`;
    onBrokenContract(new Error(detail));
    c.res = undefined;
    c.res = answerProblem(new Problem(500, 'contract_broken', detail));
  };
}

/** In what an answer differs from the specification. */
async function findBreach(operation: Operation, response: Response): Promise<string | undefined> {
  const { status } = response;
  const listed = operation.spec.responses[status];
  if (listed === undefined && !(status in unlistedStatuses)) return `it lists no status ${status}`;

  const body = await response.clone().text();
  const [mediaType] = listed === undefined ? ['application/problem+json'] : Object.keys(listed.content ?? {});
  if (mediaType === undefined) return body === '' ? undefined : `status ${status} has no body`;

  const type = response.headers.get('content-type')?.split(';', 1)[0];
  if (type !== mediaType) return `status ${status} is ${mediaType}, and this is ${type}`;
  const pointer =
    listed === undefined
      ? problemPointer
      : `${operation.pointer}/responses/${status}/content/${escapePointer(mediaType)}/schema`;
  const { findErrors } = await import('./validator.ts');
  const value = parseJson(body);
  if (value === undefined) return 'the body is not JSON';
  // Closed, so that no field slips out that Torii does not have.
  const errors = findErrors(pointer, value, { closed: true });
  if (errors.length === 0) return undefined;
  return errors.map(({ field, message }) => `${field === '' ? 'the body' : field} ${message}`).join(', ');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
