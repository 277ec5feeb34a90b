import type { ToriiConfigError } from '@torii/core';
import { readKnownOptions, wrongOption } from '@torii/core/adapter';
import { DocumentError, type PermissionDocument } from './document.ts';

/** The part of the Keyv interface that is used. Keyv 5.5 and newer have it. */
export interface DocumentStore {
  /** The stored value of a key, or `undefined`. */
  getRaw(key: string): Promise<unknown>;
}

/** A document in a Keyv store, written with `keyv.set(key, document)`, or by another program as plain JSON. */
export interface StoredPermissions {
  /** A Keyv instance. */
  readonly store: DocumentStore;
  /**
   * The key of the document. Keyv adds its namespace to the key.
   *
   * @default 'permissions'
   */
  readonly key?: string;
}

/** A document, or its JSON. */
type Loaded = PermissionDocument | string;

/** A document, a function that returns one or its JSON, or the Keyv store that contains one. */
export type PermissionsSource = PermissionDocument | (() => Loaded | Promise<Loaded>) | StoredPermissions;

/** How the document is read. */
export interface DocumentReader {
  readonly read: () => unknown;
  /** True for one that is at hand: it is read when the options are, and again when somebody says so. */
  readonly isFixed: boolean;
}

const example = "permissions: { permissions: { clerk: ['sales/invoices:get'] } }";

/** @throws ToriiConfigError for what is neither a document, nor a function, nor a store */
export function readerOf(given: unknown): DocumentReader {
  if (typeof given === 'function') return { read: () => given(), isFixed: false };
  if (typeof given !== 'object' || given === null) throw wrong(`is no document. Write ${example}`);
  if ('permissions' in given) return { read: () => given, isFixed: true };
  if (!('store' in given)) throw wrong(`has neither \`permissions\` nor a \`store\`. Write ${example}`);
  const named = readKnownOptions(given as StoredPermissions, ['store', 'key'], example, 'permissions');
  const { store } = named;
  const key = 'key' in named ? named.key : 'permissions';
  if (!isStore(store)) throw wrong('has a `store` that is no Keyv. Write permissions: { store: new Keyv(…) }');
  if (typeof key !== 'string' || key === '') throw wrong("has a `key` that is no text. Write key: 'permissions'");
  return { read: async () => documentIn(await store.getRaw(key)), isFixed: false };
}

/** Keyv keeps `{ value, expires }`; another program wrote the document as it is. */
function documentIn(raw: unknown): unknown {
  if (raw === undefined || raw === null) throw new DocumentError('there is nothing under its key');
  if (typeof raw !== 'object' || Object.hasOwn(raw, 'permissions') || !Object.hasOwn(raw, 'value')) return raw;
  const value: unknown = Reflect.get(raw, 'value');
  if (value === undefined || value === null) throw new DocumentError('there is nothing under its key');
  return value;
}

function isStore(value: unknown): value is DocumentStore {
  return typeof value === 'object' && value !== null && 'getRaw' in value && typeof value.getRaw === 'function';
}

function wrong(problem: string): ToriiConfigError {
  return wrongOption('permissions', problem);
}
