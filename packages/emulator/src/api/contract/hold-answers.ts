import type { MiddlewareHandler } from 'hono';
import { answerProblem, Problem } from '../../http/problem.ts';
import { escapePointer, findOperation, type Operation, operations } from './operation.ts';

const unlistedStatuses: Readonly<Record<number, string>> = {
  400: 'most operations list no response to a malformed id, limit, cursor or body',
  413: 'the body is too large',
  415: 'the body is not JSON',
  500: 'the emulator has a bug',
  501: 'the emulator does not have the operation yet',
  503: 'the database is locked or read-only',
  507: 'the disk is full',
};

/** The schema of a problem, which every operation refers to. Its name is not relied on: newer specifications rename it. */
const problemPointer = `${operations[0]?.pointer}/responses/401/content/${escapePointer('application/problem+json')}/schema`;

/**
 * Validates every response of the REST API against the specification. A violation is a bug in the emulator. The client
 * gets a 500 instead, so that no app is built on a response that Torii would never send.
 */
export function holdAnswers(onBrokenContract: (error: Error) => void): MiddlewareHandler {
  return async (c, next) => {
    await next();
    const operation = findOperation(c.req.method, c.req.path);
    if (operation === undefined) return;
    const violation = await findViolation(operation, c.res);
    if (violation === undefined) return;
    const detail = `The emulator’s response to ${operation.key} violates the specification: ${violation}.`;
    onBrokenContract(new Error(detail));
    c.res = undefined;
    c.res = answerProblem(new Problem(500, 'contract_broken', detail));
  };
}

async function findViolation(operation: Operation, response: Response): Promise<string | undefined> {
  const { status } = response;
  const listed = operation.spec.responses[status];
  if (listed === undefined && !(status in unlistedStatuses)) return `status ${status} is not listed`;

  const body = await response.clone().text();
  const [mediaType] = listed === undefined ? ['application/problem+json'] : Object.keys(listed.content ?? {});
  if (mediaType === undefined) return body === '' ? undefined : `status ${status} must have no body`;

  const type = response.headers.get('content-type')?.split(';', 1)[0];
  if (type !== mediaType) return `status ${status} must be ${mediaType}, not ${type}`;
  const pointer =
    listed === undefined
      ? problemPointer
      : `${operation.pointer}/responses/${status}/content/${escapePointer(mediaType)}/schema`;
  const { findErrors } = await import('./validator.ts');
  const value = parseJson(body);
  if (value === undefined) return 'the body is not JSON';
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
