import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Organization, User } from '../src/index.ts';
import { type Configuration, configurationOf, runProgram } from './program.ts';

interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

interface Invitation {
  readonly id: string;
  readonly status: string;
}

/** Each kill takes most of a second, so `npm test` has fewer. */
const kills = process.env['TEST_SUITE'] === 'matrix' ? 20 : 6;
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
  }).then(async (response) => {
    const text = await response.text();
    return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as Body };
  });
}

/** The values that each thing may have, as JSON: one, or two while a change is in flight. */
class Expectations {
  readonly #allowed = new Map<string, readonly string[]>();

  get size(): number {
    return this.#allowed.size;
  }

  /** How many invitations are expected. */
  get invitations(): number {
    return [...this.#allowed.values()].filter((allowed) => /PENDING|REVOKED/.test(allowed.join())).length;
  }

  /** Expects a value, and also the earlier one until the request is answered. */
  async during<Answer>(key: string, value: unknown, request: () => Promise<Answer>): Promise<Answer> {
    const earlier = this.#allowed.get(key) ?? ['undefined'];
    this.#allowed.set(key, [...earlier, JSON.stringify(value)]);
    const answer = await request();
    this.#allowed.set(key, [JSON.stringify(value)]);
    return answer;
  }

  /** The things whose value is not one that was acknowledged. */
  lost(found: ReadonlyMap<string, unknown>): readonly string[] {
    return [...this.#allowed]
      .filter(([key, allowed]) => !allowed.includes(String(JSON.stringify(found.get(key)))))
      .map(([key]) => key);
  }
}

let written = 0;

/** Writes one after another until the server is killed. */
async function writeUntilGone(write: (count: number) => Promise<void>): Promise<void> {
  for (;;) {
    try {
      written += 1;
      await write(written);
    } catch (error) {
      // If the connection is closed, fetch throws a TypeError, or response.json() a SyntaxError.
      if (['TypeError', 'SyntaxError'].includes(Object(error).name)) return;
      throw error;
    }
  }
}

/** Creates and renames a user. */
async function writeUser(configuration: Configuration, expected: Expectations, count: number): Promise<void> {
  const created = await call<User>(configuration, 'POST', '/users', { name: `new ${count}` });
  expect(created.status).toBe(201);
  const { id } = created.body;
  await expected.during(id, `new ${count}`, async () => {});
  const { status } = await expected.during(id, `kept ${count}`, () =>
    call<User>(configuration, 'PATCH', `/users/${id}`, { name: `kept ${count}` }),
  );
  expect(status).toBe(200);
}

/** Changes the metadata of the organization, the allowed origins and an invitation. */
async function writeOrganization(configuration: Configuration, expected: Expectations, count: number): Promise<void> {
  const change = async (key: string, value: unknown, method: string, path: string, body?: unknown) => {
    const { status } = await expected.during(key, value, () => call(configuration, method, path, body));
    expect([path, status]).toEqual([path, 200]);
  };
  const { body: organizations } = await call<Page<Organization>>(configuration, 'GET', '/organizations');
  const organization = `/organizations/${organizations.items[0]?.id}/metadata`;
  await change('organization', count, 'PATCH', organization, { publicMetadata: { count } });
  const origins = [`https://app${count}.example.com`];
  await change('origins', origins, 'PUT', '/allowed-origins', { origins });
  const invited = await call<Invitation>(configuration, 'POST', '/invitations', { email: `guest${count}@example.com` });
  expect(invited.status).toBe(201);
  const { id } = invited.body;
  await expected.during(id, 'PENDING', async () => {});
  if (count % 2 === 1) await change(id, 'REVOKED', 'DELETE', `/invitations/${id}`);
}

async function readAll(configuration: Configuration): Promise<ReadonlyMap<string, unknown>> {
  const origins = await call<{ origins: readonly string[] }>(configuration, 'GET', '/allowed-origins');
  const organizations = await call<Page<Organization>>(configuration, 'GET', '/organizations');
  return new Map<string, unknown>([
    ['origins', origins.body.origins],
    ['organization', organizations.body.items[0]?.publicMetadata['count']],
    ...(await listAll<User>(configuration, 'POST', '/users/search')).map(({ id, name }) => [id, name] as const),
    ...(await listAll<Invitation>(configuration, 'GET', '/invitations')).map(({ id, status }) => [id, status] as const),
  ]);
}

async function listAll<Item>(configuration: Configuration, method: string, path: string): Promise<readonly Item[]> {
  const items: Item[] = [];
  let query = '?limit=100';
  for (;;) {
    const { body } = await call<Page<Item>>(configuration, method, path + query);
    items.push(...body.items);
    if (body.nextCursor === null) return items;
    query = `?limit=100&cursor=${body.nextCursor}`;
  }
}

test(`loses no acknowledged write when killed ${kills} times under load`, { timeout: 600_000 }, async (context) => {
  const data = join(folder, 'torii.db');
  const seed = join(folder, 'seed.json');
  writeFileSync(seed, JSON.stringify({ organizations: [{ slug: 'acme', name: 'Acme' }] }));
  const expected = new Expectations();
  const secretKeys = new Set<string>();
  const keyIds = new Set<string>();
  for (let kill = 0; kill < kills; kill++) {
    const program = runProgram('--port', '0', '--data', data, '--seed', seed);
    const configuration = await configurationOf(program);
    secretKeys.add(configuration.secretKey);
    const state = await fetch(`${configuration.issuer}/_emulator/state`);
    keyIds.add(((await state.json()) as { readonly keys: readonly string[] }).keys.join());

    const writers = [writeUser, writeUser, writeUser, writeOrganization].map((write) =>
      writeUntilGone((count) => write(configuration, expected, count)),
    );
    const before = expected.invitations;
    await expect.poll(() => expected.invitations, { timeout: 60_000 }).toBeGreaterThan(before);
    await sleep(40 * (kill % 5));
    program.process.kill('SIGKILL');
    await Promise.all([...writers, program.ended]);
  }

  const program = runProgram('--port', '0', '--data', data);
  const found = await readAll(await configurationOf(program));
  program.process.kill('SIGINT');
  await program.ended;
  expect(expected.lost(found)).toEqual([]);
  expect(expected.size).toBeGreaterThan(kills);
  expect(expected.invitations).toBeGreaterThanOrEqual(kills);
  expect([secretKeys.size, keyIds.size]).toEqual([1, 1]);
  await context.annotate(`${expected.size} things written over ${kills} kills, none lost`);
});
