// The code of docs/write-an-adapter.md, as a reader saves it.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Check, Verifier } from '@torii/core';
import * as core from '@torii/core';
import { afterAll, expect, test } from 'vitest';
import { readPage } from '../../scripts/check-docs.ts';
import { failOnCrashes } from '../../scripts/crash-guard.ts';
import { repository } from '../../scripts/workspace.ts';
import { listenFetch } from '../src/fetch-listener.ts';
import { changeForFetch } from '../src/fetch-servers.ts';
import { createRoutes } from '../src/routes.ts';
import { describeConformance } from '../src/vitest.ts';
import { writeResults } from './results.ts';

failOnCrashes();

// In this folder, because the code imports connect.
const folder = join(import.meta.dirname, '..', '.guide');
const page = readPage(readFileSync(join(repository, 'docs', 'write-an-adapter.md'), 'utf8'));
for (const { code } of page.blocks) {
  const [, path] = /^\/\/ ((?:src|test)\/\S+)\n/.exec(code) ?? [];
  if (path === undefined) continue;
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), code);
}
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { createApp } = await import(join(folder, 'test', 'app.ts'));
const { createWebhookApp } = await import(join(folder, 'test', 'webhook-app.ts'));
const { createVerifier } = core;

describeConformance(
  'Connect, from the guide',
  { createApp, createWebhookApp, createVerifier },
  { onEnd: (results) => writeResults('Connect, from the guide', results) },
);

interface Context {
  readonly request: Request;
  readonly auth?: { readonly userId: string } | null;
}
type Middleware = (context: Context, next: () => Promise<Response>) => Promise<Response>;
interface FetchGuards {
  requireAuth(verifier: Verifier): Middleware;
  optionalAuth(verifier: Verifier): Middleware;
  allow(check: Check): Middleware;
}

const guards: FetchGuards = await import(join(folder, 'src', 'fetch-guards.ts'));

describeConformance(
  'Fetch requests, from the guide',
  {
    createVerifier,
    listen: listenFetch,
    createApp: ({ verifier, visit }: { verifier: Verifier; visit: (name: string) => void }) => {
      const { optional, isAdmin, checks, throwAsApp, appError } = createRoutes(core);
      const [required, open] = [guards.requireAuth(verifier), guards.optionalAuth(verifier)];
      return async (request: Request): Promise<Response> => {
        const { pathname } = new URL(request.url);
        const context: Context = { request };
        const check = pathname === optional.guarded ? isAdmin : checks[pathname];
        const isOptional = pathname === optional.open || pathname === optional.guarded;
        const chain = [isOptional ? open : required, ...(check === undefined ? [] : [guards.allow(check)])];
        const isPublic = pathname === '/health' || pathname.startsWith('/docs/');
        const handler = check ? pathname : isOptional ? 'optional' : isPublic ? 'public' : 'rest';
        const run = ([guard, ...later]: readonly Middleware[]): Promise<Response> =>
          guard === undefined ? handle() : guard(context, () => run(later));
        const handle = async () => {
          if (pathname === '/throws') throwAsApp();
          visit(handler);
          return Response.json({ handler, userId: context.auth?.userId ?? null });
        };
        return run(chain).catch(() => Response.json(appError.body, { status: appError.status }));
      };
    },
  },
  { change: changeForFetch },
);

test('every file of the guide was found', () => {
  const paths = page.blocks.flatMap(({ code }) => /^\/\/ (\S+\.ts)\n/.exec(code)?.[1] ?? []);
  expect(paths.toSorted()).toEqual([
    'src/fetch-guards.ts',
    'src/index.ts',
    'src/webhooks.ts',
    'test/app.ts',
    'test/conformance.test.ts',
    'test/webhook-app.ts',
  ]);
});
