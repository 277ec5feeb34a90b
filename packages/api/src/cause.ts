/**
 * A copy of somebody else's error that is safe to print: message, stack, code and cause, without the secret key. What
 * else hangs on the original, such as the request with its headers, stays behind.
 */
export function safeCause(error: unknown, secretKey: string, depth = 0): unknown {
  const clean = (text: unknown): string => String(text).replaceAll(secretKey, '[secret key]');
  // An error may be its own cause.
  if (!(error instanceof Error) || depth > 4) return error && clean(error);
  const { message, stack, cause, code } = error as Error & { code?: unknown };
  const copy = new Error(clean(message), { cause: safeCause(cause, secretKey, depth + 1) });
  return Object.assign(copy, { stack: clean(stack) }, code && { code: clean(code) });
}
