import { STATUS_CODES } from 'node:http';
import { uuidv7 } from 'uuidv7';
import { storageFaultOf } from '../database/storage-errors.ts';
import {
  EmulatorError,
  type EmulatorErrorCode,
  type FieldError,
  InputError,
  InvitationNotPendingError,
  isError,
} from '../errors.ts';

/** A refusal with its HTTP status. The message is sent to the client, so it must not contain secrets. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly errors: readonly FieldError[] | undefined;
  /** More fields of the response's `properties`. */
  readonly properties: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    detail: string,
    more: {
      readonly headers?: Readonly<Record<string, string>>;
      readonly errors?: readonly FieldError[];
      readonly properties?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(detail);
    this.status = status;
    this.code = code;
    this.headers = more.headers ?? {};
    this.errors = more.errors;
    this.properties = more.properties ?? {};
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
  event_unknown: [404, 'event_unknown'],
  webhook_unknown: [404, 'webhook_unknown'],
  user_unknown: [404, 'user_not_found'],
  metadata_too_large: [400, 'metadata_too_large'],
  organization_invalid: [400, 'invalid_request'],
  organization_unknown: [404, 'organization_not_found'],
  slug_taken: [409, 'slug_taken'],
  role_unknown: [400, 'role_unknown'],
  member_exists: [409, 'member_exists'],
  member_unknown: [404, 'member_not_found'],
  invitation_invalid: [400, 'invalid_request'],
  invitation_unknown: [404, 'invitation_not_found'],
  invitation_pending: [409, 'invitation_pending'],
  invitation_not_pending: [409, 'invitation_not_pending'],
  invitation_link_replaced: [410, 'invitation_link_replaced'],
  impersonation_invalid: [400, 'invalid_request'],
  impersonation_disabled: [403, 'impersonation_disabled'],
  impersonation_quota_exceeded: [402, 'impersonation_quota_exceeded'],
  impersonation_token_unknown: [401, 'impersonation_token_unknown'],
  impersonation_token_used: [401, 'impersonation_token_used'],
  impersonation_token_expired: [401, 'impersonation_token_expired'],
  origin_invalid: [400, 'invalid_request'],
  database_unusable: null,
  environment_unknown: null,
  node_unsupported: null,
  port_unusable: null,
  seed_invalid: null,
  webhooks_waiting: null,
} as const satisfies Record<EmulatorErrorCode, readonly [status: number, code: string] | null>;

export function problemFor(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  const answer = error instanceof EmulatorError ? answers[error.code] : null;
  if (error instanceof EmulatorError && answer !== null) {
    const [status, code] = answer;
    return new Problem(status, code, error.message, {
      ...(error instanceof InputError && { errors: error.errors }),
      ...(error instanceof InvitationNotPendingError && {
        properties: { invitationStatus: error.invitationStatus },
      }),
    });
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
    properties: { ...problem.properties, code, supportId, ...(errors && errors.length > 0 && { errors }) },
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...problem.headers },
  });
}
