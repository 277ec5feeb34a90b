import { STATUS_CODES } from 'node:http';
import { uuidv7 } from 'uuidv7';
import { storageFaultOf } from '../database/storage-errors.ts';
import { EmulatorError } from '../errors.ts';
import { type FieldError, UserInputError } from '../users/input.ts';

/** A refusal, as it will be answered. The detail is for the developer who reads it, and never repeats a secret. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly errors: readonly FieldError[] | undefined;

  constructor(
    status: number,
    code: string,
    detail: string,
    more: { readonly headers?: Readonly<Record<string, string>>; readonly errors?: readonly FieldError[] } = {},
  ) {
    super(detail);
    this.status = status;
    this.code = code;
    this.headers = more.headers ?? {};
    this.errors = more.errors;
  }
}

/** The refusal that an error stands for, or undefined where the error is a fault of the emulator's own. */
export function problemFor(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  if (error instanceof UserInputError) return new Problem(400, 'invalid_request', error.message, error);
  const cause = error instanceof EmulatorError ? error.cause : error;
  if (error instanceof EmulatorError) {
    if (error.code === 'email_taken') return new Problem(409, 'email_taken', error.message);
    if (error.code === 'event_unknown' || error.code === 'webhook_unknown') {
      return new Problem(404, error.code, error.message);
    }
    if (error.code === 'option_invalid' || error.code === 'key_unknown') {
      return new Problem(400, 'invalid_request', error.message);
    }
  }
  const fault = storageFaultOf(cause);
  if (fault !== undefined) {
    return new Problem(fault.status, fault.code, `The database stores nothing now: ${fault.reason}.`);
  }
  return undefined;
}

/** Writes a refusal as RFC 9457 has it, with Torii's `code` and `supportId` among the properties. */
export function answerProblem(problem: Problem): Response {
  const supportId = uuidv7();
  const { status, code, errors } = problem;
  const body = {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: problem.message,
    // Names this occurrence without repeating the request's path, which may hold anything.
    instance: `urn:uuid:${supportId}`,
    properties: { code, supportId, ...(errors && errors.length > 0 && { errors }) },
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...problem.headers },
  });
}
