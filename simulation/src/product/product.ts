import { Script } from 'node:vm';
import type * as Api from '@torii/api';
import type * as Authz from '@torii/authz';
import type * as Core from '@torii/core';
import type * as Webhooks from '@torii/core/webhooks';
import type * as NextProxy from '@torii/next/proxy';
import type * as NextRenewal from '@torii/next/renewal';
import type * as Revocation from '@torii/revocation';
import type * as RevocationNats from '@torii/revocation/nats';
import type * as RevocationRedis from '@torii/revocation/redis';
import type * as Streams from '@torii/streams';
import type * as TemplateTokens from '../../../packages/next/src/server/get-token/template-tokens.ts';
import { ambientOf, processNames, trapped } from './ambient.ts';
import { bundle, type PlantedChange } from './bundle.ts';
import { simulatedModule } from './node-modules.ts';

/** What the product's `platform.ts` gives to the rest of the product, and two things that only the simulation has. */
export interface Platform {
  wallMs(): number;
  steadyMs(): number;
  startTimer(callback: () => void, ms: number): unknown;
  stopTimer(timer: unknown): void;
  startBackupTimer(callback: () => void, ms: number): () => void;
  nextTurn(callback: () => void): void;
  afterMicrotasks(callback: () => void): void;
  random(): number;
  randomId(): string;
  readonly platformFetch: typeof globalThis.fetch;
  /** Called with the size of each Map or Set of the product that grows. */
  noteCollectionSize(size: number): void;
}

/** The packages, as one process has loaded them. A bundle holds only the parts that its scenario names. */
export interface Product {
  readonly core: typeof Core;
  readonly webhooks: typeof Webhooks;
  /** What `store: 'memory'` of webhooks is. */
  readonly memoryStore: { readonly MemoryStore: new () => Webhooks.WebhookStore };
  readonly authz: typeof Authz;
  readonly api: typeof Api;
  readonly streams: typeof Streams;
  readonly revocation: typeof Revocation;
  readonly redis: typeof RevocationRedis;
  /** What the process has as `globalThis`. */
  readonly globals: object;
  readonly nats: typeof RevocationNats;
  readonly nextProxy: typeof NextProxy;
  readonly nextRenewal: typeof NextRenewal;
  /** What `getToken({ template })` of @torii/next asks. */
  readonly templateTokens: typeof TemplateTokens;
}

export type Part = Exclude<keyof Product, 'globals'>;

export interface ProductOptions {
  readonly parts: readonly Part[];
  /** The root of the repository whose packages are simulated. */
  readonly root: string;
  /** Changes of the source that a test expects to be found. */
  readonly changes?: readonly PlantedChange[];
  /**
   * Replaces `Date`, `setTimeout`, `fetch` and the like instead of `platform.ts`: for commits that are older than that file.
   * Otherwise these names throw, so that nothing goes around `platform.ts`.
   */
  readonly ambient?: boolean;
}

/** Loads the product for each simulated process. */
export interface ProductSource {
  instantiate(platform: Platform): Product;
}

type Instantiate = (...values: readonly unknown[]) => Product;

export async function loadProduct(options: ProductOptions): Promise<ProductSource> {
  return sourceFrom(await bundle(options), options.ambient ?? false);
}

/** A product from the text that {@link bundle} has returned, in this thread. */
export function sourceFrom(text: string, ambient: boolean): ProductSource {
  const names = ['platform', 'require', 'Map', 'Set', ...Object.keys(trapped)];
  const body = `(function (${names.join(', ')}) {\n${text}\nreturn product;\n})`;
  const instantiate: Instantiate = new Script(body, { filename: 'product.js' }).runInThisContext();
  return {
    instantiate(platform) {
      const load = simulatedModule(platform);
      const values = ambient ? ambientOf(platform, load) : { ...trapped, ...processNames(trapped, load) };
      const [OwnMap, OwnSet] = countedCollections(platform);
      const product = instantiate(platform, load, OwnMap, OwnSet, ...Object.values(values));
      return Object.assign(product, { globals: Object(values['globalThis']) });
    },
  };
}

// Statement 36: memory that callers can grow is bounded. A Map or Set tells its size as it grows.
function countedCollections(platform: Platform): readonly [MapConstructor, SetConstructor] {
  class CountedMap<K, V> extends Map<K, V> {
    override set(key: K, value: V): this {
      super.set(key, value);
      platform.noteCollectionSize(this.size);
      return this;
    }
  }
  class CountedSet<T> extends Set<T> {
    override add(value: T): this {
      super.add(value);
      platform.noteCollectionSize(this.size);
      return this;
    }
  }
  return [CountedMap, CountedSet] as unknown as [MapConstructor, SetConstructor];
}
