import { EmulatorError } from './errors.ts';

/** How an emulator is started. Everything has a default. */
export interface EmulatorOptions {
  /**
   * The port on 127.0.0.1; 0 takes a free one.
   *
   * @default 0
   */
  readonly port?: number;
  /**
   * A file that keeps the users, the secret key and the signing keys from one start to the next; made where it is missing.
   *
   * @default in memory
   */
  readonly database?: string;
  /** The REST API's secret key: `sk_test_` and then letters, digits, `_` and `-`. By default the file's, or a random one. */
  readonly secretKey?: string;
  /**
   * Seconds for which an access token is good.
   *
   * @default 300
   */
  readonly tokenLifetimeSeconds?: number;
}

/** Options that have been checked, with their defaults filled in. */
export interface Settings {
  readonly port: number;
  readonly database: string;
  readonly secretKey: string | undefined;
  readonly tokenLifetimeSeconds: number;
}

/** Checks the options and fills in their defaults. */
export function settingsFrom(options: EmulatorOptions): Settings {
  const { port = 0, database = ':memory:', secretKey, tokenLifetimeSeconds = 300 } = options;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw invalid('port must be a whole number from 0, for a free port, to 65535.');
  }
  if (typeof database !== 'string' || database === '') {
    throw invalid('database must be the path of a file. Leave it out to keep everything in memory.');
  }
  // The message does not repeat the key: it may be a real one, given by mistake.
  if (secretKey !== undefined && !/^sk_test_[\w-]+$/.test(secretKey)) {
    throw invalid('secretKey must be "sk_test_" and then letters, digits, "_" or "-". Never give it a live key.');
  }
  if (!Number.isInteger(tokenLifetimeSeconds) || tokenLifetimeSeconds < 1) {
    throw invalid('tokenLifetimeSeconds must be a whole number of seconds, one or more.');
  }
  return { port, database, secretKey, tokenLifetimeSeconds };
}

function invalid(message: string): EmulatorError {
  return new EmulatorError('option_invalid', `startEmulator(): ${message}`);
}
