import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { User } from '../src/index.ts';
import { type Configuration, configurationOf, runProgram } from './program.ts';

interface Page {
  readonly items: readonly User[];
  readonly nextCursor: string | null;
}

const kills = 20;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'torii-durability-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function call<Body>({ apiUrl, secretKey }: Configuration, method: string, path: string, body?: unknown) {
  return fetch(`${apiUrl}/api/server/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${secretKey}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  }).then(async (response) => ({ status: response.status, body: (await response.json()) as Body }));
}

/** The names that each user may have: one, or two while an update is in flight. */
type Expectations = Map<string, readonly string[]>;

/** Creates and renames users, one write at a time, until the server is killed. */
async function writeUntilGone(configuration: Configuration, expected: Expectations): Promise<void> {
  for (let count = 0; ; count++) {
    try {
      const created = await call<User>(configuration, 'POST', '/users', { name: `new ${count}` });
      expect(created.status).toBe(201);
      const { id } = created.body;
      expected.set(id, [`new ${count}`, `kept ${count}`]);
      const renamed = await call<User>(configuration, 'PATCH', `/users/${id}`, { name: `kept ${count}` });
      expect(renamed.status).toBe(200);
      expected.set(id, [`kept ${count}`]);
    } catch (error) {
      // If the connection is closed, fetch throws a TypeError, or response.json() a SyntaxError.
      if (['TypeError', 'SyntaxError'].includes(Object(error).name)) return;
      throw error;
    }
  }
}

async function listNames(configuration: Configuration): Promise<ReadonlyMap<string, string | null>> {
  const names = new Map<string, string | null>();
  let query = '?limit=100';
  for (;;) {
    const { body } = await call<Page>(configuration, 'POST', `/users/search${query}`);
    for (const { id, name } of body.items) names.set(id, name);
    if (body.nextCursor === null) return names;
    query = `?limit=100&cursor=${body.nextCursor}`;
  }
}

test(`loses no acknowledged write when killed ${kills} times under load`, { timeout: 600_000 }, async (context) => {
  const data = join(folder, 'torii.db');
  const expected: Expectations = new Map();
  const secretKeys = new Set<string>();
  const keyIds = new Set<string>();
  for (let kill = 0; kill < kills; kill++) {
    const program = runProgram('--port', '0', '--data', data);
    const configuration = await configurationOf(program);
    secretKeys.add(configuration.secretKey);
    const state = await fetch(`${configuration.issuer}/_emulator/state`);
    keyIds.add(((await state.json()) as { readonly keys: readonly string[] }).keys.join());

    const writers = Array.from({ length: 4 }, () => writeUntilGone(configuration, expected));
    await expect.poll(() => expected.size, { timeout: 60_000 }).toBeGreaterThan(kill + 1);
    await sleep(40 * (kill % 5));
    program.process.kill('SIGKILL');
    await Promise.all([...writers, program.ended]);
  }

  const program = runProgram('--port', '0', '--data', data);
  const names = await listNames(await configurationOf(program));
  program.process.kill('SIGINT');
  await program.ended;
  const lost = [...expected].filter(([id, allowed]) => !allowed.includes(names.get(id) ?? ''));
  expect(lost).toEqual([]);
  expect(expected.size).toBeGreaterThan(kills);
  expect([secretKeys.size, keyIds.size]).toEqual([1, 1]);
  await context.annotate(`${expected.size} users written over ${kills} kills, none lost`);
});
