/** What went wrong, for code to switch on. */
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
  | 'webhooks_waiting';

/** Thrown by the emulator's library functions. The message is safe to log: it holds no password, key or token. */
export class EmulatorError extends Error {
  override readonly name = 'EmulatorError';
  readonly code: EmulatorErrorCode;

  constructor(code: EmulatorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** One thing that is wrong with an input. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** An input that breaks the rules; the message names every field at fault, and never its value. */
export class UserInputError extends EmulatorError {
  readonly errors: readonly FieldError[];

  constructor(message: string, errors: readonly FieldError[] = []) {
    super('user_invalid', message);
    this.errors = errors;
  }
}
