/** Who may do what: roles, and for each the lines that say it. A plain object: what JSON does not show is not read. */
export interface PermissionDocument {
  /** When the document was written. Told in events; what decides is whether the document is another than before. */
  readonly last_update?: number | string;
  /** By role: `"sales/invoices:get"`, `"users/*:get"`, `"%r{sales/invoices/\\d+}:put"`, `"admin/*:*"`. */
  readonly permissions: { readonly [role: string]: readonly string[] };
}

/** A line of a document that grants nothing, and why. */
export interface MalformedEntry {
  readonly role: string;
  /** As it stands there; undefined where it is no text, or where the role itself is the problem. */
  readonly entry: string | undefined;
  readonly problem: string;
}

/** A document cannot be used at all, and why. Nobody is let in or turned away by it: the answer is 503. */
export class DocumentError extends Error {
  override readonly name = 'DocumentError';
}

/** Beyond these, reading a document would keep a server from answering for seconds. */
const maxTextLength = 32_000_000;
const maxLines = 500_000;

/** What a source gave, as far as it must be right to be a document at all. */
export interface DocumentReading {
  readonly lastUpdate: string | undefined;
  readonly roles: readonly (readonly [role: string, entries: unknown])[];
}

/**
 * Reads a document, from JSON or parsed. A parsed one is read as JSON shows it, since that is what tells one version from
 * the next: what JSON hides could change unseen.
 *
 * @throws DocumentError for what is none: an empty one is a decision that somebody made, a missing one is not
 */
export function readDocument(given: unknown): DocumentReading {
  const value = parseJson(fingerprintOf(given));
  if (!isObject(value)) throw new DocumentError('it is not an object with `permissions`');
  const permissions: unknown = ownValue(value, 'permissions');
  if (!isObject(permissions)) throw new DocumentError('its `permissions` are not an object of roles');
  const roles = Object.entries(permissions);
  let count = roles.length;
  for (const [, entries] of roles) count += Array.isArray(entries) ? entries.length : 0;
  if (count > maxLines) throw new DocumentError(`it has more than ${maxLines} roles and permissions`);
  const lastUpdate: unknown = ownValue(value, 'last_update');
  const isStamp = typeof lastUpdate === 'number' || typeof lastUpdate === 'string';
  return { lastUpdate: isStamp ? String(lastUpdate) : undefined, roles };
}

/**
 * A text that is another when the document is. What a document says of its own version is not asked: a program that
 * takes a permission away and forgets to say so must not leave it in force.
 *
 * @throws DocumentError for what cannot be JSON, and for a Map or another object that JSON would show as an empty one
 */
export function fingerprintOf(given: unknown): string {
  if (typeof given === 'string') return given;
  try {
    if (!isPlain(given)) throw new DocumentError('it is not a plain object with `permissions`');
    if (!isPlain(given['permissions'])) throw new DocumentError('its `permissions` are not a plain object of roles');
    return JSON.stringify(given);
  } catch (error) {
    throw error instanceof DocumentError ? error : new DocumentError('it holds what JSON cannot hold');
  }
}

// By the prototype of the prototype: a plain object of another realm, as of a test runner, is one too.
function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (!isObject(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || (isObject(prototype) && Object.hasOwn(prototype, 'hasOwnProperty'));
}

/** What a request's role may not be called, whatever a document says: everything on an object's prototype. */
export function isRoleName(role: string): boolean {
  return role !== '' && !(role in Object.prototype);
}

function parseJson(text: string): unknown {
  if (text.length > maxTextLength) throw new DocumentError(`it is longer than ${maxTextLength} characters`);
  try {
    return JSON.parse(text);
  } catch {
    throw new DocumentError('it is not JSON');
  }
}

function ownValue(value: object, name: string): unknown {
  return Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
