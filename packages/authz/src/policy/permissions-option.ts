import type { ToriiConfigError } from '@torii/core';
import { RepeatWatch, readKnownOptions, surviveOutages, wrongOption, wrongValue } from '@torii/core/internal';
import { DocumentError, type PermissionDocument } from './document.ts';

/** The part of the Keyv interface that this package uses. Requires Keyv 5.5 or newer. */
export interface DocumentStore {
  /** Returns the value that is stored under the key, or `undefined` if there is none. */
  getRaw(key: string): Promise<unknown>;
}

/**
 * Where to find the permission document in a Keyv store. Write it with `keyv.set(key, document)`, or as plain JSON from
 * another program.
 */
export interface StoredPermissions {
  /** A Keyv instance. */
  readonly store: DocumentStore;
  /**
   * The key of the document, without the namespace: Keyv adds its namespace to the key.
   *
   * @default 'permissions'
   */
  readonly key?: string;
}

type Loaded = PermissionDocument | string;

/** A permission document, a function that returns a document or its JSON, or a Keyv store that contains a document. */
export type PermissionsSource = PermissionDocument | (() => Loaded | Promise<Loaded>) | StoredPermissions;

export interface DocumentReader {
  readonly read: () => unknown;
  readonly isFixed: boolean;
}

const example = "permissions: { permissions: { clerk: ['sales/invoices:get'] } }";

export function readerOf(given: unknown): DocumentReader {
  if (typeof given === 'function') return readerFor(given, '', () => given());
  if (typeof given !== 'object' || given === null || !('permissions' in given || 'store' in given)) {
    const expected = 'an object with `permissions` or `store`, or a function that returns a document or its JSON';
    throw wrongValue('permissions', expected, given, example);
  }
  if ('permissions' in given) return { read: () => given, isFixed: true };
  const named = readKnownOptions(given as StoredPermissions, ['store', 'key'], example, 'permissions');
  const { store } = named;
  const key = 'key' in named ? named.key : 'permissions';
  if (!isStore(store))
    throw wrong('has a `store` that is not a Keyv instance. Write permissions: { store: new Keyv(…) }');
  if (typeof key !== 'string' || key === '')
    throw wrong("has a `key` that is not a non-empty string. Write key: 'permissions'");
  surviveOutages(store);
  return readerFor(store, key, async () => documentIn(await store.getRaw(key)));
}

const watches = new WeakMap<object, RepeatWatch>();

function readerFor(source: object, key: string, read: () => unknown): DocumentReader {
  const watch =
    watches.get(source) ??
    new RepeatWatch(
      () =>
        'createAuthz read one permission document 5 times within a minute. Create it once, outside of the request handler: an Authz that is made for each request reads the document for each request.',
    );
  watches.set(source, watch);
  let isNoted = false;
  const readAndNote = (): unknown => {
    if (!isNoted) watch.note(key);
    isNoted = true;
    return read();
  };
  return { read: readAndNote, isFixed: false };
}

// Takes the document out of `{ value, expires }`, the form in which Keyv stores it. Also accepts a plain document,
// which another program wrote.
function documentIn(raw: unknown): unknown {
  if (raw === undefined || raw === null) throw new DocumentError('the store has no document under this key');
  if (typeof raw !== 'object' || Object.hasOwn(raw, 'permissions') || !Object.hasOwn(raw, 'value')) return raw;
  const value: unknown = Reflect.get(raw, 'value');
  if (value === undefined || value === null) throw new DocumentError('the store has no document under this key');
  return value;
}

function isStore(value: unknown): value is DocumentStore {
  return typeof value === 'object' && value !== null && 'getRaw' in value && typeof value.getRaw === 'function';
}

function wrong(problem: string): ToriiConfigError {
  return wrongOption('permissions', problem);
}
