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
