import { ToriiConfigError } from '@torii/core';

/**
 * Always throws: `createToriiProxy` is in `@torii/next/proxy`, so that the bundle of the proxy contains only what it needs.
 * It is marked as deprecated only so that editors show a hint.
 *
 * @deprecated Import `createToriiProxy` from '@torii/next/proxy'.
 */
export function createToriiProxy(
  _options: 'Import createToriiProxy from @torii/next/proxy',
  _handler?: unknown,
): never {
  throw new ToriiConfigError(
    'proxy',
    "Import `createToriiProxy` from '@torii/next/proxy'. The main entry would make the bundle of the proxy larger.",
  );
}
