import type { ToriiNextOptions } from '@torii/next';
import { renewInProxy } from '@torii/next/renewal';
import { testRevocations } from './revocations';

/** The options that a test passes when it starts the app. A function cannot be passed: `renewInProxy` is `true` there. */
export function testOptions(): Partial<ToriiNextOptions> {
  const { renewInProxy: renews, ...options } = JSON.parse(process.env.TORII_OPTIONS || '{}');
  return {
    ...options,
    ...(renews && { renewInProxy }),
    ...(process.env.OWN_FETCH && { fetch: (input: RequestInfo | URL, init?: RequestInit) => fetch(input, init) }),
    ...testRevocations(),
  };
}
