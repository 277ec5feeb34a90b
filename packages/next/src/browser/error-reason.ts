import type { Reason } from '@torii/core';
import { readDigest } from '../digest.ts';

/**
 * Returns the reason of an error that `auth` or `protect` threw, such as `keys_unavailable` or `not_allowed`;
 * `undefined` for any other error. For use in `error.tsx`, where Next passes only the error's `digest` in production.
 */
export function getErrorReason(error: { readonly digest?: string | undefined }): Reason | undefined {
  return readDigest(error.digest);
}
