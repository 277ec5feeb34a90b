import { describe, expect, test } from 'vitest';
import { failOnCrashes } from '../../scripts/crash-guard.ts';
import { serveApp } from '../src/app-server.ts';
import type { CaseResult } from '../src/run.ts';
import { runConformance } from '../src/run.ts';
import { createForeignServer, holes } from './foreign-server.mjs';
import { findings, lacking } from './found-holes.ts';

failOnCrashes();

/** Asks a server without our code who gets in. */
async function ask(hole: string, hidesVisits = false): Promise<readonly CaseResult[]> {
  const start = serveApp({
    createVerifier: (options) => options,
    createApp: ({ verifier, visit }) => createForeignServer(verifier, visit, hole),
  });
  return runConformance(
    async (setting) => {
      const { takeVisits, ...server } = await start(setting);
      return hidesVisits || takeVisits === undefined ? server : { ...server, takeVisits };
    },
    { level: 'decisions', without: lacking },
  );
}

const failedIn = (results: readonly CaseResult[]) =>
  results.filter(({ outcome }) => outcome === 'failed').map(({ name }) => name);

test('a server without our code passes at the level decisions', async () => {
  const results = await ask('');
  expect(failedIn(results)).toEqual([]);
  expect(results.filter(({ outcome }) => outcome === 'passed').length).toBeGreaterThan(140);
});

test('a case that needs a missing feature is listed as left out, with the feature', async () => {
  const results = await ask('');
  const leftOut = results.filter(({ outcome }) => outcome === 'left out');
  expect(leftOut.find(({ name }) => name === 'a token in a cookie')?.details).toEqual(['needs cookie']);
  for (const { details } of leftOut) expect(details.join()).toMatch(/^needs |^asked only at the level responses$/);
});

test('every hole has a case that must find it', () => {
  expect(Object.keys(findings)).toEqual(holes);
});

// A server that ends is a process: see installed-command.matrix.test.ts.
const inProcess = holes.filter((hole) => !hole.startsWith('ends'));

describe('finds that a server', () => {
  test.each(inProcess)('%s', async (hole) => {
    expect(failedIn(await ask(hole))).toContain(findings[hole]);
  });
});

// A handler that runs before the decision shows only in the visits.
describe('without a list of visits, finds from the responses that a server', () => {
  test.each(inProcess.filter((hole) => !hole.startsWith('runs')))('%s', async (hole) => {
    expect(failedIn(await ask(hole, true))).toContain(findings[hole]);
  });
});
