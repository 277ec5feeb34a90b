import type { VerifierOptions } from '@torii/core';
import type { Variant } from '../../packages/next/test/apps.ts';
import { type RunningApp, startApp } from '../../packages/next/test/running-app.ts';

/** Starts the fixture app of `@torii/next` as a process. Next builds a server from files, so it cannot be created here. */
export function startNextApp(variant: Variant, { issuer, ...options }: Partial<VerifierOptions>): Promise<RunningApp> {
  const { publicPaths: given = [], cookie: _fixedByNext, ...verify } = options;
  // `/optional` is public for the proxy: its pages decide for themselves.
  const publicPaths = [...given, '/optional', '/optional/*'];
  return startApp(variant, { issuer: String(issuer), options: { ...verify, publicPaths } });
}
