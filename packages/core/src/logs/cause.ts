import { setHidden } from '../errors/hidden-field.ts';
import { loggable } from './loggable.ts';

/** What the innermost cause of a failure says, for logs: a host that is not found, a refused connection, a certificate. */
export function innermostProblem(failure: LoggableError): string {
  const { cause, errors: [first] = [], code, message, name } = failure;
  const inner = cause ?? first;
  if (inner !== undefined) return innermostProblem(inner);
  return code === undefined || message.includes(code) ? message || name : `${message} (${code})`;
}

export interface LoggableError extends Error {
  readonly code?: string;
  readonly cause?: LoggableError;
  readonly errors?: readonly LoggableError[];
}

/**
 * A copy of an error that is safe to log: name, message, code, cause and the errors of an AggregateError. Other properties
 * are left out, because clients attach requests, headers and commands to their errors. Texts are made safe with `loggable`,
 * and passwords are removed from URLs. The copy has no stack trace.
 */
export function loggableCause(thrown: unknown, depth = 4): LoggableError {
  const copy = new Error() as LoggableError;
  try {
    const { name, message, code, cause, errors } = Object(thrown) as Partial<Record<string, unknown>>;
    copy.message = clean(typeof message === 'string' ? message : thrown);
    const title = typeof name === 'string' ? clean(name) : 'Error';
    setHidden(copy, 'name', title);
    setHidden(copy, 'stack', `${title}: ${copy.message}`);
    if (code !== undefined) Object.assign(copy, { code: clean(code) });
    if (depth === 0) return copy;
    if (cause !== undefined) setHidden(copy, 'cause', loggableCause(cause, depth - 1));
    if (Array.isArray(errors))
      setHidden(
        copy,
        'errors',
        errors.slice(0, 4).map((error) => loggableCause(error, depth - 1)),
      );
  } catch {}
  return copy;
}

// A URL may contain a password: redis://user:password@host. A password with `/`, `?` or `#` makes the URL invalid, and is a reason
// to quote it. If the text was shortened, the `@` may be missing.
const login = /\/\/(?:[^\s/?#@:]*:(?!\d{1,5}(?:[\s/?#]|$))\S*|[^\s/?#]*)@/g;
const cutLogin = /\/\/(?:[^\s/?#@:]*:(?!\d{1,5}[/?#])\S*|[^\s/?#]*)…$/;

function clean(value: unknown): string {
  return loggable(value).replace(login, '//').replace(cutLogin, '//…');
}
