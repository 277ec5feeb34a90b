import { type SecretPattern, textWithout } from './secret-pattern.ts';

const deepest = 4;
const mostErrors = 8;

/**
 * Copies what an error says, for logs, without the secret key: message, stack, code, cause, and the errors of an
 * AggregateError, such as one for each address of a host. The other properties may contain the request and its headers.
 */
export function causeWithout(secretKey: SecretPattern, error: unknown, depth = 0): unknown {
  const clean = (text: unknown): string => textWithout(secretKey, String(text));
  const copyOf = (inner: unknown): unknown => causeWithout(secretKey, inner, depth + 1);
  try {
    if (error === undefined || error === null) return error;
    if (!isError(error)) return clean(error);
    const { message, stack, cause, code, errors } = error;
    if (depth > deepest) return clean(message);
    const copy = new Error(clean(message), cause === undefined ? {} : { cause: copyOf(cause) });
    return Object.assign(
      Object.defineProperty(copy, 'stack', { value: clean(stack), writable: true, configurable: true }),
      code !== undefined && { code: clean(code) },
      Array.isArray(errors) && { errors: errors.slice(0, mostErrors).map(copyOf) },
    );
  } catch {
    return 'An error that cannot be read.';
  }
}

interface AnyError extends Error {
  readonly code?: unknown;
  readonly errors?: unknown;
}

// Not `instanceof`: errors of another realm (Jest, `vm`) have another class.
function isError(value: unknown): value is AnyError {
  return typeof value === 'object' && value !== null && 'message' in value && 'stack' in value;
}
