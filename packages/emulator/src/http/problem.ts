import { STATUS_CODES } from 'node:http';
import { uuidv7 } from 'uuidv7';
import { storageFaultOf } from '../database/storage-errors.ts';
import { EmulatorError, type EmulatorErrorCode, type FieldError, isError, UserInputError } from '../errors.ts';

/** A refusal with its HTTP status. The message is sent to the client, so it must not contain secrets. */
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

/**
 * Maps each code of an EmulatorError to the HTTP status and the code of the response. If the value is `null`, problemFor()
 * decides by the error's cause.
 */
const answers = {
  user_invalid: [400, 'invalid_request'],
  option_invalid: [400, 'invalid_request'],
  key_unknown: [400, 'invalid_request'],
  email_taken: [409, 'email_taken'],
  user_unknown: [404, 'user_not_found'],
  event_unknown: [404, 'event_unknown'],
  webhook_unknown: [404, 'webhook_unknown'],
  database_unusable: null,
  environment_unknown: null,
  node_unsupported: null,
  port_unusable: null,
  seed_invalid: null,
  webhooks_waiting: [504, 'webhooks_waiting'],
} as const satisfies Record<EmulatorErrorCode, readonly [status: number, code: string] | null>;

export function problemFor(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  const answer = error instanceof EmulatorError ? answers[error.code] : null;
  if (error instanceof EmulatorError && answer !== null) {
    const [status, code] = answer;
    return new Problem(status, code, error.message, error instanceof UserInputError ? error : {});
  }
  const fault = storageFaultOf(error) ?? storageFaultOf(isError(error) ? error.cause : undefined);
  if (fault === undefined) return undefined;
  return new Problem(fault.status, fault.code, `The database cannot be written: ${fault.reason}.`);
}

/** Creates a problem response (RFC 9457) with Torii's `code` and `supportId` in `properties`. */
export function answerProblem(problem: Problem): Response {
  const supportId = uuidv7();
  const { status, code, errors } = problem;
  const body = {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: problem.message,
    // A random URN instead of the request path, which can contain secrets.
    instance: `urn:uuid:${supportId}`,
    properties: { code, supportId, ...(errors && errors.length > 0 && { errors }) },
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...problem.headers },
  });
}
