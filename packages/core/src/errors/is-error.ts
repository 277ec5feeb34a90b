/**
 * Whether a value is an error. Not `instanceof`: an error of another realm (Jest, `vm`, a worker) has another `Error` class.
 * An object from JSON is never an error. Never throws.
 */
export function isError(value: unknown): value is Error {
  try {
    // The first is true for every error of the language, the second also for a DOMException and for a proxy of an error.
    return Object.prototype.toString.call(value) === '[object Error]' || looksLikeError(value);
  } catch {
    return false;
  }
}

function looksLikeError(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('message' in value) || !('stack' in value)) return false;
  // In every realm, the prototype of a plain object has no prototype.
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype !== null && Object.getPrototypeOf(prototype) !== null;
}
