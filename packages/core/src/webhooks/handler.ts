import { isError } from '../errors/is-error.ts';
import { wrongValue } from '../options/reader.ts';
import { ToriiWebhookError } from './errors.ts';

/** @throws ToriiConfigError unless `handlers` is one function. With the option `revocations`, no handler is needed. */
export function requireHandler(options: object, handlers: readonly unknown[]): void {
  if (hasHandler(handlers, 'revocations' in Object(options))) return;
  throw wrongValue(
    'webhookHandler',
    'called with options and a function',
    handlers[0],
    'webhookHandler({ secret }, async (event) => { … })',
  );
}

// A handler that is passed but `undefined` is a mistake, such as a circular import.
export function hasHandler(handlers: readonly unknown[], isOptional: boolean): boolean {
  return handlers.length === 0 ? isOptional : typeof handlers[0] === 'function';
}

// Wraps an error from which a framework would take the status of the response (`status`, `code`, `digest` or `getResponse`).
// A 404, for example, could make Torii disable the webhook.
export function withoutStatus(error: unknown): unknown {
  if (isPlain(error)) return error;
  const message = 'The webhook handler threw a non-Error value, or an error with an HTTP status; see `cause`.';
  return new ToriiWebhookError('handler_failed', message, { cause: error });
}

function isPlain(error: unknown): boolean {
  try {
    const isBare = isError(error) && !['status', 'statusCode', 'digest', 'getResponse'].some((name) => name in error);
    return isBare && Reflect.get(error, 'code') !== 'ENOENT';
  } catch {
    return false;
  }
}
