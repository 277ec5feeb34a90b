// Matches tokens (`eyJ` is `{"` in base64url), Bearer credentials, keys and webhook secrets. The lookbehind prevents quadratic
// time (ReDoS).
const secret =
  /eyJ|(?<![\w-])[\w-]{16,}\.[\w-]{16,}\.[\w-]{20,}|[sp]k_(?:live|test)_|whsec_|-----BEGIN|[Bb](?:earer|EARER)(?:\s|\+|\\+[nrt]|%(?:25)*(?:20|09))+[\w.~+/=-]{16}/;

/**
 * Makes a value from a request safe to log: at most 200 printable ASCII characters, then `…` if it was longer, or
 * `[withheld]` if it may be a secret. Never throws.
 */
export function loggable(value: unknown): string {
  const text = typeof value === 'string' ? value : describe(value);
  if (secret.test(text)) return '[withheld]';
  const printable = text.slice(0, 200).replace(/[^\x20-\x7E]/g, '?');
  return text.length > 200 ? `${printable}…` : printable;
}

function describe(value: unknown): string {
  if (value !== Object(value)) return String(value);
  try {
    return JSON.stringify(plain(value, { left: 1000 })) ?? 'a function';
  } catch {
    return 'an unreadable object'; // A Proxy trap of the value threw.
  }
}

// Copies the data that JSON.stringify would show, but calls no getter and no `toJSON`, and ends in spite of cycles.
function plain(value: unknown, budget: { left: number }, depth = 0): unknown {
  if (typeof value === 'function') return undefined;
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint' ? String(value) : value;
  if (depth > 20) return '...';
  const [list, fields]: [unknown[], Record<string, unknown>] = [[], Object.create(null)];
  for (const key of Object.keys(value)) {
    if (budget.left-- <= 0) break;
    const member = plain(Object.getOwnPropertyDescriptor(value, key)?.value, budget, depth + 1);
    list.push(member);
    fields[key] = member;
  }
  return Array.isArray(value) ? list : fields;
}
