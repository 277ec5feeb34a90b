/**
 * A copy of somebody else's error that is safe to print: name, message, code, stack and causes, without the secret key.
 * Whatever else hangs on the original, such as the request with its headers, stays behind.
 */
export function safeCause(error: unknown, secretKey: string, depth = 0): Error {
  const withoutKey = (text: string): string => text.replaceAll(secretKey, '[secret key]');
  if (!(error instanceof Error)) return new Error(withoutKey(String(error)));
  const cause = error.cause === undefined || depth >= 5 ? {} : { cause: safeCause(error.cause, secretKey, depth + 1) };
  const copy = new Error(withoutKey(error.message), cause);
  const code: unknown = Reflect.get(error, 'code');
  if (typeof code === 'string') Object.assign(copy, { code: withoutKey(code) });
  for (const key of ['name', 'stack'] as const) {
    const value = withoutKey(String(error[key]));
    Object.defineProperty(copy, key, { value, configurable: true, writable: true });
  }
  return copy;
}
