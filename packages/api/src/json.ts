import { wrongOption } from '@torii/core/internal';

const deepest = 200;

type NameOf = (owner: string, member: string) => string;

/**
 * Copies a value that JSON can express. Refuses what `JSON.stringify` would change without an error: it turns NaN into
 * null, and null clears a field of a user.
 * @param nameOf The name of a member in errors. By default, errors name the field of the request that contains it.
 * @throws ToriiConfigError that names `option`, the field of the request that contains the value
 */
export function jsonOf(option: string, value: unknown, nameOf: NameOf = (name) => name, depth = 0): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)) return value;
  if (depth > deepest) throw wrongOption(option, 'is nested too deeply, or contains itself');
  const text = textOfDate(value);
  if (text !== undefined) return text;
  if (Array.isArray(value) && Object.keys(value).length === value.length) {
    return Array.from(value, (item, index) => jsonOf(nameOf(option, `${index}`), item, nameOf, depth + 1));
  }
  if (isPlainObject(value)) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return Object.fromEntries(
      members.map(([name, member]) => [name, jsonOf(nameOf(option, name), member, nameOf, depth + 1)]),
    );
  }
  const kinds = 'plain objects, lists without gaps, texts, finite numbers, true, false and null';
  throw wrongOption(option, `contains a value that JSON cannot express. Write only ${kinds}`);
}

/** Whether a value is an object literal, also of another realm. Others, such as a Map, would be sent as `{}`. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  const isBare = prototype === null || Object.getPrototypeOf(prototype) === null;
  return isBare && !(Symbol.toStringTag in value) && Object.getOwnPropertySymbols(value).length === 0;
}

function textOfDate(value: unknown): string | undefined {
  try {
    return Date.prototype.toISOString.call(value as Date);
  } catch {
    return undefined;
  }
}
