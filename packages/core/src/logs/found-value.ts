/** Names a value of the wrong kind, for an error message. Never contains a text: it may be a secret. */
export function describeValue(value: unknown): string {
  if (typeof value === 'string') return value === '' ? 'an empty string' : 'a string';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (value !== Object(value)) return typeof value === 'symbol' ? 'a symbol' : String(value);
  return recognize(value) ?? (typeof value === 'function' ? 'a function' : 'an object');
}

const signs = [
  ['then', 'function', 'a promise. Write `await` before it'],
  ['authenticate', 'function', 'a verifier'],
  ['verify', 'function', 'a token verifier'],
  ['getHeaders', 'function', 'a response'],
  ['json', 'function', 'a request or a response'],
  ['headers', 'object', 'a request'],
  ['req', 'object', 'the context of a request'],
  ['exec', 'function', 'a regular expression'],
] as const;

/** Names an object that is often passed in the wrong place, or `undefined`. `notBy`: names of properties to ignore. */
export function recognize(value: unknown, notBy: readonly string[] = []): string | undefined {
  try {
    return signs.find(([name, type]) => {
      // A property of `Object.prototype` proves nothing (prototype pollution).
      const found: unknown = notBy.includes(name) || name in Object.prototype ? null : Object(value)[name];
      return found !== null && typeof found === type && !Array.isArray(found);
    })?.[2];
  } catch {
    return undefined; // A Proxy trap or a getter of the value threw.
  }
}

// Also accepts an object of another realm, whose prototype is the `Object.prototype` of that realm.
export function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.hasOwn(Object(prototype), 'hasOwnProperty');
}
