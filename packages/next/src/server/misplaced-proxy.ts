import { ToriiConfigError } from '@torii/core';

/**
 * Always throws: `createToriiProxy` is in `@torii/next/proxy`, so that the bundle of the proxy contains only what it needs.
 *
 * @deprecated Write `import { createToriiProxy } from '@torii/next/proxy'`.
 */
export function createToriiProxy(
  _options: 'Import createToriiProxy from @torii/next/proxy',
  _handler?: unknown,
): never {
  throw new ToriiConfigError(
    'proxy',
    "`createToriiProxy` is not in '@torii/next', whose code is too large for a proxy. Write import { createToriiProxy } from '@torii/next/proxy'.",
  );
}
