/** The permissions of each role, as a plain object. Properties that `JSON.stringify` leaves out are ignored. */
export interface PermissionDocument {
  /** When the document was written. Reported in events only: a change is detected by comparing the content. */
  readonly last_update?: number | string;
  /**
   * The permissions of each role, written as `"resource:method"`: `"sales/invoices:get"`, `"users/*:get"`,
   * `"%r{sales/invoices/\\d+}:put"`, `"admin/*:*"`.
   */
  readonly permissions: { readonly [role: string]: readonly string[] };
}

/** A permission that could not be read and therefore grants nothing. */
export interface MalformedEntry {
  readonly role: string;
  /** The permission as written; `undefined` if it is not a string, or if the whole role is malformed. */
  readonly entry: string | undefined;
  readonly problem: string;
}

export class DocumentError extends Error {
  override readonly name = 'DocumentError';
}

/** In characters of JSON: parsing and compiling a longer document would block the event loop for seconds. */
const maxTextLength = 32_000_000;
const maxRolesAndPermissions = 500_000;

export interface DocumentReading {
  readonly lastUpdate: string | undefined;
  readonly roles: readonly (readonly [role: string, uncheckedEntries: unknown])[];
}

// Reads the document from its JSON, not from the object: changes are detected by comparing the JSON, so a value that is
// not in the JSON could change unnoticed.
export function readDocument(given: unknown): DocumentReading {
  const value = parseJson(fingerprintOf(given));
  if (!isObject(value)) throw new DocumentError('the document is not an object with `permissions`');
  const permissions: unknown = ownValue(value, 'permissions');
  if (!isObject(permissions)) throw new DocumentError('`permissions` in the document is not an object of roles');
  const roles = Object.entries(permissions);
  let count = roles.length;
  for (const [, entries] of roles) count += Array.isArray(entries) ? entries.length : 0;
  if (count > maxRolesAndPermissions) {
    throw new DocumentError(`the document has more than ${maxRolesAndPermissions} roles and permissions`);
  }
  const lastUpdate: unknown = ownValue(value, 'last_update');
  const isStamp = typeof lastUpdate === 'number' || typeof lastUpdate === 'string';
  return { lastUpdate: isStamp ? String(lastUpdate) : undefined, roles };
}

// Returns the document's JSON, which is compared to detect a change. Comparing `last_update` is not enough: a program
// that removes a permission may forget to change `last_update`.
export function fingerprintOf(given: unknown): string {
  if (typeof given === 'string') return given;
  try {
    // Refuse a Map, for example: JSON.stringify would turn it into an empty object.
    if (!isPlain(given)) throw new DocumentError('the document is not a plain object with `permissions`');
    if (!isPlain(given['permissions']))
      throw new DocumentError('`permissions` in the document is not a plain object of roles');
    return JSON.stringify(given);
  } catch (error) {
    throw error instanceof DocumentError
      ? error
      : new DocumentError('the document contains a value that JSON cannot represent');
  }
}

// Also accepts plain objects from another realm (Jest, `vm`): their prototype is the Object.prototype of that realm.
function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (!isObject(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || (isObject(prototype) && Object.hasOwn(prototype, 'hasOwnProperty'));
}

/**
 * Rejects names that every object inherits, such as `__proto__`: a user whose token lists such a name as a role must
 * get no permissions.
 */
export function isRoleName(role: string): boolean {
  return role !== '' && !(role in Object.prototype);
}

function parseJson(text: string): unknown {
  if (text.length > maxTextLength) {
    throw new DocumentError(`the document is longer than ${maxTextLength} characters`);
  }
  try {
    // Files and stores that a program on Windows wrote can begin with a byte order mark, which JSON.parse refuses.
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw new DocumentError('the document is not valid JSON');
  }
}

function ownValue(value: object, name: string): unknown {
  return Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
