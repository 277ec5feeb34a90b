import { loggable } from './events.ts';

const kinds: readonly (readonly [pattern: RegExp, problem: string])[] = [
  [/ENOTFOUND|EAI_|ENODATA|\bdns\b/i, 'the host name cannot be resolved'],
  [/REFUSED/i, 'the connection was refused'],
  [/TIME.?D?.?OUT/i, 'the connection timed out'],
  [/CERT|TLS|SSL|SIGNATURE/i, 'the certificate or the TLS handshake failed'],
  [/ECONNRESET|EPIPE|SOCKET|closed|lost/i, 'the connection was closed'],
];

/** Names the kind of a connection failure, for logs: `the connection was refused (ECONNREFUSED)`. `undefined` if not known. */
export function connectionProblem(cause: Error | undefined): string | undefined {
  const chain: Error[] = [];
  for (let error: unknown = cause; error instanceof Error; error = error.cause) chain.push(error);
  const codes = chain.map((error) => Reflect.get(error, 'code') ?? '').join(' ');
  const kindOf = (text: string) => kinds.find(([pattern]) => pattern.test(text))?.[1];
  const kind = kindOf(codes) ?? kindOf(chain.map(({ message }) => message).join(' '));
  const code = codes.trim().split(/\s+/)[0];
  return kind && code ? `${kind} (${code})` : kind;
}

/**
 * A copy of an error that is safe to log: name, message, code, cause and the errors of an AggregateError. Other properties
 * are left out, because clients attach requests, headers and commands to their errors. Texts are made safe with `loggable`,
 * and passwords are removed from URLs. The copy has no stack trace.
 */
export function loggableCause(thrown: unknown, depth = 4): Error {
  const copy = new Error();
  try {
    const { name, message, code, cause, errors } = Object(thrown) as Partial<Record<string, unknown>>;
    copy.message = clean(typeof message === 'string' ? message : thrown);
    const title = typeof name === 'string' ? clean(name) : 'Error';
    hide(copy, 'name', title);
    hide(copy, 'stack', `${title}: ${copy.message}`);
    if (code !== undefined) Object.assign(copy, { code: clean(code) });
    if (depth === 0) return copy;
    if (cause !== undefined) hide(copy, 'cause', loggableCause(cause, depth - 1));
    if (Array.isArray(errors))
      hide(
        copy,
        'errors',
        errors.slice(0, 4).map((error) => loggableCause(error, depth - 1)),
      );
  } catch {}
  return copy;
}

function hide(error: Error, name: string, value: unknown): void {
  Object.defineProperty(error, name, { value, configurable: true, writable: true });
}

function clean(value: unknown): string {
  const text = loggable(value);
  // A URL may contain a password: redis://user:password@host. If the text was shortened, the `@` may be missing.
  return text.replace(/\/\/[^\s/?#]*@/g, '//').replace(/\/\/[^\s/?#]*…$/, '//…');
}
