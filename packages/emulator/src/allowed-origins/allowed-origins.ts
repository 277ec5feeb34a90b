import type { EnvironmentScope } from '../database/scope.ts';
import { transact } from '../database/transaction.ts';
import type { FieldError } from '../errors.ts';
import { inputError } from '../fields.ts';
import { originOf, parseAppOrigin } from './origin.ts';

const mostOrigins = 100;

/** The origins whose pages may use an environment, and to which it redirects. */
export class AllowedOrigins {
  readonly #scope: EnvironmentScope;
  #origins: readonly string[];

  constructor(scope: EnvironmentScope) {
    this.#scope = scope;
    this.#origins = scope.database
      .prepare('SELECT origin FROM allowed_origins WHERE environment_id = ? ORDER BY position')
      .all(scope.environmentId)
      .map((row) => String(row['origin']));
  }

  /** The origins, in the order in which they were given. */
  get list(): readonly string[] {
    return this.#origins;
  }

  /** Whether pages of an origin, as in the header `Origin`, may use this environment. */
  allows(origin: string): boolean {
    return this.#origins.includes(origin);
  }

  /** Whether to redirect to a URL: it is a whole URL of an allowed origin. */
  allowsUrl(url: string): boolean {
    const origin = originOf(url);
    return origin !== undefined && this.allows(origin);
  }

  /**
   * Replaces the list. An origin that is given twice is stored once.
   *
   * @throws InputError `origin_invalid`
   */
  replace(origins: readonly string[]): readonly string[] {
    const errors = origins.flatMap((origin, index): readonly FieldError[] =>
      parseAppOrigin(origin) === undefined ? [{ field: `origins[${index}]`, message: originRule }] : [],
    );
    if (errors.length > 0) throw inputError('origin_invalid', errors);
    const distinct = [...new Set(origins)];
    if (distinct.length > mostOrigins) {
      throw inputError('origin_invalid', [{ field: 'origins', message: `must have at most ${mostOrigins} items` }]);
    }
    const { database, environmentId } = this.#scope;
    transact(database, () => {
      database.prepare('DELETE FROM allowed_origins WHERE environment_id = ?').run(environmentId);
      const insert = database.prepare('INSERT INTO allowed_origins (environment_id, origin) VALUES (?, ?)');
      for (const origin of distinct) insert.run(environmentId, origin);
    });
    this.#origins = distinct;
    return distinct;
  }

  /** Adds the origins that are missing. */
  add(origins: readonly string[]): void {
    if (!origins.every((origin) => this.allows(origin))) this.replace([...this.#origins, ...origins]);
  }
}

const originRule =
  'must be a whole origin such as "https://app.example.com" or "capacitor://localhost": in lowercase, without a path, a ' +
  'slash at its end, a user, a default port and "*"';
