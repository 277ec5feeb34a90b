import { createVerifier } from '@torii/core';
import { describe, expect, test } from 'vitest';
import { failOnCrashes } from '../../scripts/crash-guard.ts';
import { serveApp } from '../src/app-server.ts';
import type { CaseResult, RunOptions } from '../src/run.ts';
import { runConformance } from '../src/run.ts';
import { createFlawedApp, type Flaw, flaws } from './flawed-adapter.ts';

failOnCrashes();

async function ask(flaw: Flaw | '', options: RunOptions = {}): Promise<readonly CaseResult[]> {
  const clockTolerance = flaw === 'tolerates 60 seconds' ? 60 : 30;
  const start = serveApp({
    createVerifier: (given) => createVerifier({ ...given, clockTolerance }),
    createApp: createFlawedApp(flaw),
  });
  return runConformance(start, { without: ['webhooks', 'mistakes'], ...options });
}

const failedIn = (results: readonly CaseResult[]) => results.filter(({ outcome }) => outcome === 'failed');

test('an adapter without a flaw passes', async () => {
  expect(failedIn(await ask(''))).toEqual([]);
});

describe('finds that an adapter', () => {
  test.each(Object.entries(flaws) as [Flaw, string][])('%s', async (flaw, name) => {
    expect(failedIn(await ask(flaw, { only: name })).map((each) => each.name)).toContain(name);
  });
});

test('a server without a middleware that rewrites paths is told so', async () => {
  const [result] = failedIn(await ask('runs no middleware that rewrites paths', { only: 'rewrites to a public one' }));
  expect(result?.details).toEqual(['The middleware that rewrites the path did not run, or did not call `visit`.']);
});

describe('without the feature publicPaths', () => {
  const without = ['webhooks', 'mistakes', 'publicPaths'] as const;

  test('every path is refused', async () => {
    const results = await ask('', { without });
    expect(failedIn(results)).toEqual([]);
    const asked = results.filter(({ outcome, name }) => outcome === 'passed' && name.endsWith(', not public'));
    expect(asked.length).toBeGreaterThan(5);
  });

  test('a path that is public all the same is found', async () => {
    const [result] = failedIn(await ask('does not guard /health', { without, only: 'a public path without a token' }));
    expect(result?.details).toEqual([expect.stringContaining('The request was let in: status 200')]);
  });
});
