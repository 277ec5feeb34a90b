import { fileURLToPath } from 'node:url';
import { startEmulator } from '@torii/emulator';
import { afterAll, expect, type TestContext, test } from 'vitest';
import { type FetchRuntime, missingRuntime, startFetchServer } from '../../../scripts/fetch-server.ts';

const torii = await startEmulator();
afterAll(() => torii.stop());

const file = fileURLToPath(new URL('kept-server.ts', import.meta.url));

function skipWithout(runtime: FetchRuntime, context: TestContext): void {
  const missing = missingRuntime(runtime);
  if (missing !== undefined && process.env['CI'] === 'true') throw new Error(missing);
  if (missing !== undefined) context.skip(missing);
}

test.for<[string, FetchRuntime, string[]]>([
  ['Bun', 'bun', []],
  ['Deno', 'deno', []],
  ['workerd with nodejs_als', 'workerd', ['nodejs_als']],
  ['workerd with nodejs_compat', 'workerd', ['nodejs_compat']],
  ['workerd without a flag, with the date 2026-11-01', 'workerd', []],
])('on %s, requests at once find their own caller each', async ([, runtime, flags], context) => {
  skipWithout(runtime, context);
  await using server = await startFetchServer(runtime, file, { TORII_ISSUER: torii.issuer }, flags);
  const ask = async (path: string, userId: string) => {
    const headers = { authorization: `Bearer ${await torii.token({ userId })}` };
    return (await fetch(server.origin + path, { headers })).text();
  };
  const users = Array.from({ length: 100 }, (_, i) => `user${i}`);
  const [kept, lost] = await Promise.all([
    Promise.all(users.map((each) => ask('/kept', each))),
    Promise.all(users.map((each) => ask('/lost', each))),
  ]);
  expect(kept).toEqual(users);
  expect(lost).toEqual(users.map(() => expect.stringContaining('There is no request here')));
});
