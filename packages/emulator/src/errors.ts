/** The kind of error, for programs to branch on. */
export type EmulatorErrorCode =
  | 'node_unsupported'
  | 'option_invalid'
  | 'port_unusable'
  | 'database_unusable'
  | 'environment_unknown'
  | 'key_unknown'
  | 'user_invalid'
  | 'user_unknown'
  | 'email_taken'
  | 'seed_invalid'
  | 'event_unknown'
  | 'webhook_unknown'
  | 'webhooks_waiting';

/** The error that the emulator's functions throw. Its message is safe to log: it contains no password, key or token. */
export class EmulatorError extends Error {
  override readonly name = 'EmulatorError';
  readonly code: EmulatorErrorCode;

  constructor(code: EmulatorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
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

/** Invalid user data. The message names the invalid fields and never their values. */
export class UserInputError extends EmulatorError {
  readonly errors: readonly FieldError[];

  constructor(message: string, errors: readonly FieldError[] = []) {
    super('user_invalid', message);
    this.errors = errors;
  }
}
