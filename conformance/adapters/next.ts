import type { VerifierOptions } from '@torii/core';
import type { Variant } from '../../packages/next/test/apps.ts';
import { type RunningApp, startApp } from '../../packages/next/test/running-app.ts';

/**
 * Starts the test app of `@torii/next` as a process. Next builds an app from files, so the app cannot be created in
 * code.
 */
export function startNextApp(
  variant: Variant,
  { issuer, ...options }: Partial<VerifierOptions>,
  environment: Readonly<Record<string, string>> = {},
): Promise<RunningApp> {
  const { publicPaths: given = [], cookie: _fixedByNext, ...verify } = options;
  // The proxy must let `/optional` and `/webhooks` through without a token, because the pages and the route check for themselves.
  const publicPaths = [...given, '/optional', '/optional/*', '/webhooks'];
  return startApp(variant, { issuer: String(issuer), options: { ...verify, publicPaths }, environment });
}
