import type { Reason } from '@torii/core';
import { readReason } from '../digest.ts';

/**
 * Returns the reason of an error that `auth` or `protect` threw, such as `keys_unavailable` or `not_allowed`, or with which
 * the proxy refused a server action; `undefined` for any other error. For `error.tsx`, which gets only the error's `digest`
 * in production, and for a `catch` around the call of a server action.
 */
export function getErrorReason(error: unknown): Reason | undefined {
  // The proxy has no digest to send: Next's browser code throws an error with the text of its answer as the message.
  return readReason(Reflect.get(Object(error), 'digest')) ?? readReason(Reflect.get(Object(error), 'message'));
}
