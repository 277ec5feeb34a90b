import type { EnvironmentScope } from '../database/scope.ts';
import { EmulatorError } from '../errors.ts';
import type { WebhookEventType } from './event.ts';
import type { WantedEndpoint } from './options.ts';

/** An address that is told of events, as people and programs see it: without its secret. */
export interface Webhook {
  readonly id: string;
  readonly url: string;
  /** The events it is told of; null for all. */
  readonly types: readonly WebhookEventType[] | null;
  /** Since when it is told of nothing, having answered 410; null while it is. */
  readonly disabledAt: string | null;
}

/** An address that is told of events. */
export interface Endpoint extends Webhook {
  /** Null for the environment's own. */
  readonly secrets: readonly string[] | null;
}

/** Each has its own queue and its own connections. */
const mostEndpoints = 20;

/** The addresses that one environment tells of its events. Kept in memory too: every change asks who wants to know. */
export class Endpoints {
  readonly #scope: EnvironmentScope;
  #all: readonly Endpoint[];

  constructor(scope: EnvironmentScope) {
    this.#scope = scope;
    this.#all = this.#load();
  }

  /** The oldest first. */
  get all(): readonly Endpoint[] {
    return this.#all;
  }

  find(id: string): Endpoint | undefined {
    return this.#all.find((endpoint) => endpoint.id === id);
  }

  /** Those that are told of events of a type. */
  wanting(type: WebhookEventType): readonly Endpoint[] {
    return this.#all.filter(({ types, disabledAt }) => disabledAt === null && (types?.includes(type) ?? true));
  }

  /** Adds an address. One that is there already takes on the new secret and types, and is told of events again. */
  add({ url, secrets, types }: WantedEndpoint): Endpoint {
    const { database, environmentId, clock, createId } = this.#scope;
    const earlier = this.#all.find((endpoint) => endpoint.url === url);
    if (earlier === undefined && this.#all.length >= mostEndpoints) {
      throw new EmulatorError('option_invalid', `An environment has at most ${mostEndpoints} webhooks. Remove one.`);
    }
    const id = earlier?.id ?? `whk_${createId()}`;
    database
      .prepare(
        `INSERT INTO webhook_endpoints (id, environment_id, url, secrets, types, created_at) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET secrets = excluded.secrets, types = excluded.types, disabled_at = NULL`,
      )
      .run(id, environmentId, url, toJson(secrets), toJson(types), clock.now().toISOString());
    this.#all = this.#load();
    return { id, url, secrets, types, disabledAt: null };
  }

  /** Forgets an address, and what waits for it. @returns whether it was there */
  remove(id: string): boolean {
    const { database, environmentId } = this.#scope;
    const { changes } = database
      .prepare('DELETE FROM webhook_endpoints WHERE id = ? AND environment_id = ?')
      .run(id, environmentId);
    this.#all = this.#load();
    return changes > 0;
  }

  /** Tells an address of nothing any more, until it is added again. */
  disable(id: string): void {
    this.#scope.database
      .prepare('UPDATE webhook_endpoints SET disabled_at = ? WHERE id = ?')
      .run(this.#scope.clock.now().toISOString(), id);
    this.#all = this.#load();
  }

  #load(): readonly Endpoint[] {
    const rows = this.#scope.database
      .prepare(
        `SELECT id, url, secrets, types, disabled_at AS disabledAt FROM webhook_endpoints
         WHERE environment_id = ? ORDER BY created_at, id`,
      )
      .all(this.#scope.environmentId);
    return rows.map(
      ({ secrets, types, ...row }) => ({ ...row, secrets: fromJson(secrets), types: fromJson(types) }) as Endpoint,
    );
  }
}

export function webhookOf({ id, url, types, disabledAt }: Endpoint): Webhook {
  return { id, url, types, disabledAt };
}

function toJson(list: readonly string[] | null): string | null {
  return list && JSON.stringify(list);
}

function fromJson(json: unknown): unknown {
  return typeof json === 'string' ? JSON.parse(json) : null;
}
