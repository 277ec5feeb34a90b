/** Names the kind of a value, for a message about a value of the wrong kind. Never contains the value. */
export function kindOf(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (typeof value !== 'object') return `a ${typeof value}`;
  try {
    return Array.isArray(value) ? 'an array' : 'an object';
  } catch {
    return 'an object'; // A revoked Proxy.
  }
}
