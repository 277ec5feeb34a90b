import type { World } from '../../world/world.ts';
import type { ApproveMode, TenantRecord } from './plan.ts';
import { issuerOf } from './tenant-tokens.ts';

/** What an answer of `approve` means. `undefined` environments: all are accepted. */
export type Answer =
  | { readonly kind: 'approved'; readonly environments: readonly string[] | undefined }
  | { readonly kind: 'refused' }
  | { readonly kind: 'failed' };

export interface Reply {
  readonly value: unknown;
  readonly means: Answer;
}

const environmentsOf: Readonly<Record<Exclude<TenantRecord, 'absent'>, readonly string[] | undefined>> = {
  all: undefined,
  live: ['env_live'],
  test: ['env_test'],
  both: ['env_live', 'env_test'],
};

/** The app's table of tenants, and how the function that reads it behaves. */
export class Directory {
  readonly #world: World;
  readonly #records: Map<string, TenantRecord> = new Map();
  readonly #modes: { readonly mode: ApproveMode; readonly ms: number }[] = [];

  constructor(world: World, records: readonly TenantRecord[]) {
    this.#world = world;
    records.forEach((record, tenant) => {
      this.#records.set(issuerOf(tenant), record);
    });
  }

  set(tenant: number, record: TenantRecord): void {
    this.#records.set(issuerOf(tenant), record);
    this.#world.note('table', `t${tenant}: ${record}`);
  }

  get mode(): { readonly mode: ApproveMode; readonly ms: number } | undefined {
    return this.#modes.at(-1);
  }

  behave(mode: ApproveMode, ms: number, forMs: number): void {
    const entry = { mode, ms };
    this.#modes.push(entry);
    this.#world.note('approve', `${mode}${mode.includes('slow') ? ` (${ms} ms)` : ''} for ${forMs} ms`);
    this.#world.schedule.after(forMs, () => {
      this.#modes.splice(this.#modes.indexOf(entry), 1);
      if (this.#modes.length === 0) this.#world.note('approve', 'works again');
    });
  }

  /** What the function returns for an issuer now. */
  replyFor(issuer: string): Reply {
    const { mode } = this.mode ?? {};
    const failed = (value: unknown): Reply => ({ value, means: { kind: 'failed' } });
    switch (mode) {
      case 'true':
        return failed(true);
      case 'number':
        return failed(1);
      case 'bad url':
        return failed(issuer.replace('https', 'http'));
      case 'unknown property':
        return failed({ issuer, environmentID: 'env_live' });
      case 'no environment':
        return failed({ issuer, environmentId: undefined });
      case 'another tenant':
        return { value: 'https://t99999.tenant.test', means: { kind: 'refused' } };
      default:
        return this.#recorded(issuer);
    }
  }

  #recorded(issuer: string): Reply {
    const record = this.#records.get(issuer) ?? 'absent';
    const form = issuer.length % 3;
    if (record === 'absent') return { value: [null, undefined, false][form], means: { kind: 'refused' } };
    const environments = environmentsOf[record];
    const means = { kind: 'approved' as const, environments };
    const written = form === 0 ? `${issuer}/` : issuer;
    if (environments === undefined) return { value: form === 1 ? written : { issuer: written }, means };
    return {
      value: { issuer: written, environmentId: environments.length === 1 ? environments[0] : environments },
      means,
    };
  }
}
