import type { EnvironmentScope } from '../database/scope.ts';
import { EmulatorError } from '../errors.ts';
import type { WebhookEventType } from './event.ts';
import type { WantedEndpoint } from './options.ts';

/** A registered webhook, without its secrets. */
export interface Webhook {
  readonly id: string;
  readonly url: string;
  /** The event types that the webhook receives, or `null` for all. */
  readonly types: readonly WebhookEventType[] | null;
  /** When the webhook was disabled by a 410 response, or `null` if it is enabled. */
  readonly disabledAt: string | null;
}

export interface Endpoint extends Webhook {
  readonly secrets: readonly string[] | null;
}

const mostEndpoints = 20;

/** The webhooks of one environment. Cached in memory, because every change of a user or session reads them. */
export class Endpoints {
  readonly #scope: EnvironmentScope;
  #all: readonly Endpoint[];

  constructor(scope: EnvironmentScope) {
    this.#scope = scope;
    this.#all = this.#load();
  }

  get all(): readonly Endpoint[] {
    return this.#all;
  }

  find(id: string): Endpoint | undefined {
    return this.#all.find((endpoint) => endpoint.id === id);
  }

  wanting(type: WebhookEventType): readonly Endpoint[] {
    return this.#all.filter(({ types, disabledAt }) => disabledAt === null && (types?.includes(type) ?? true));
  }

  add({ url, secrets, types }: WantedEndpoint): Endpoint {
    const { database, environmentId, clock, createId } = this.#scope;
    const earlier = this.#all.find((endpoint) => endpoint.url === url);
    if (earlier === undefined && this.#all.length >= mostEndpoints) {
      throw new EmulatorError(
        'option_invalid',
        `The environment already has ${mostEndpoints} webhooks, the maximum. Remove one.`,
      );
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

  remove(id: string): boolean {
    const { database, environmentId } = this.#scope;
    const { changes } = database
      .prepare('DELETE FROM webhook_endpoints WHERE id = ? AND environment_id = ?')
      .run(id, environmentId);
    this.#all = this.#load();
    return changes > 0;
  }

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
