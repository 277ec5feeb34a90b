import type { VerifyOptions } from '@torii/core';

/** The issuer that gets the requests of browsers: the first of the option `issuer`, without a trailing slash. */
export function upstreamOf({ issuer }: Pick<VerifyOptions, 'issuer'>): string {
  const [first = ''] = [issuer ?? []].flat();
  return typeof first === 'string' ? first.replace(/\/$/, '') : '';
}
