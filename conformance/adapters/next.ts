import type { VerifierOptions } from '@torii/core';
import type { Variant } from '../../packages/next/test/apps.ts';
import { type RunningApp, startApp } from '../../packages/next/test/running-app.ts';

/** Next builds its server from files, and starts it as a process: the fixture app of `@torii/next` is this server. */
export function standUpNext(variant: Variant, { issuer, ...options }: Partial<VerifierOptions>): Promise<RunningApp> {
  const { publicPaths: given = [], cookie: _oneNameForAll, ...verify } = options;
  // The first filter knows what is public; `/optional` decides for itself.
  const publicPaths = [...given, '/optional', '/optional/*'];
  return startApp(variant, { issuer: String(issuer), options: { ...verify, publicPaths } });
}
