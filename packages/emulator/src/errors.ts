/** The kind of error, for programs to branch on. */
export type EmulatorErrorCode =
  | 'node_unsupported'
  | 'option_invalid'
  | 'port_unusable'
  | 'database_unusable'
  | 'environment_unknown'
  | 'key_unknown'
  | 'user_invalid'
  | 'email_taken'
  | 'seed_invalid'
  | 'event_unknown'
  | 'webhook_unknown'
  | 'webhooks_waiting'
  | 'user_unknown'
  | 'metadata_too_large'
  | 'organization_invalid'
  | 'organization_unknown'
  | 'slug_taken'
  | 'role_unknown'
  | 'member_exists'
  | 'member_unknown'
  | 'invitation_invalid'
  | 'invitation_unknown'
  | 'invitation_pending'
  | 'invitation_not_pending'
  | 'invitation_link_replaced'
  | 'impersonation_invalid'
  | 'impersonation_disabled'
  | 'impersonation_quota_exceeded'
  | 'impersonation_token_unknown'
  | 'impersonation_token_used'
  | 'impersonation_token_expired'
  | 'origin_invalid';

/** The error that the emulator's functions throw. Its message is safe to log: it contains no password, key or token. */
export class EmulatorError extends Error {
  override readonly name = 'EmulatorError';
  readonly code: EmulatorErrorCode;

  constructor(code: EmulatorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Runs `work`. An EmulatorError gets a message that begins with the place, such as `users[2]`. */
export function namingPlace<Result>(place: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof EmulatorError)) throw error;
    throw new EmulatorError(error.code, `${place}: ${error.message}`, { cause: error });
  }
}

/** Whether a value is an error. Not `instanceof`: in Jest, Node's own errors have another `Error` class than this module. */
export function isError(value: unknown): value is Error {
  return /^\[object (?:Error|DOMException)\]$/.test(Object.prototype.toString.call(value));
}

export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** Invalid data from the app. The message names the invalid fields and never their values. */
export class InputError extends EmulatorError {
  readonly errors: readonly FieldError[];

  constructor(code: EmulatorErrorCode, message: string, errors: readonly FieldError[] = []) {
    super(code, message);
    this.errors = errors;
  }
}

export class UserInputError extends InputError {
  constructor(message: string, errors: readonly FieldError[] = []) {
    super('user_invalid', message, errors);
  }
}

/** An invitation that was accepted or revoked, or has expired. */
export class InvitationNotPendingError extends EmulatorError {
  readonly invitationStatus: string;

  constructor(invitationStatus: string, message: string) {
    super('invitation_not_pending', message);
    this.invitationStatus = invitationStatus;
  }
}
