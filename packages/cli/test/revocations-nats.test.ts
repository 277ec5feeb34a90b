import { expect } from 'vitest';
import { natsTest as test } from '../../streams/test/nats-server.ts';
import type { Ended } from './command.ts';
import { runInProcess } from './in-process.ts';

const environment = { TORII_ISSUER: 'https://acme.torii.so', TORII_ENVIRONMENT_ID: 'env_1' };

function run(args: readonly string[], more: Readonly<Record<string, string>>): Promise<Ended> {
  return runInProcess(['revocations', ...args], { environment: { ...environment, ...more } });
}

test('adds and lists revocations in NATS, with a login', async ({ startNats }) => {
  const { url } = await startNats('authorization { user: deploy, password: "correct horse" }');
  const login = { TORII_REVOCATIONS_STORE: url, NATS_USER: 'deploy', NATS_PASSWORD: 'correct horse' };
  const added = await run(['add', '--user', 'ada'], login);
  expect([added.code, added.stderr]).toEqual([0, expect.stringContaining(`${url} has accepted it`)]);
  const { code, stdout } = await run(['list', '--json'], login);
  expect([code, JSON.parse(stdout)]).toEqual([0, [expect.objectContaining({ kind: 'user', id: 'ada' })]]);
  const other = await run(['list', '--json', '--bucket', 'ELSEWHERE'], login);
  expect([other.code, JSON.parse(other.stdout)]).toEqual([0, []]);

  const wrong = await run(['list'], { ...login, NATS_PASSWORD: 'wrong horse' });
  expect([wrong.code, wrong.stdout, wrong.stderr]).toEqual([1, '', expect.stringMatching(/^torii: .*NATS.*login/)]);
  expect(wrong.stderr).not.toContain('horse');
});

test('refuses a bucket that keeps entries for too short a time, and a server that is down', async ({ startNats }) => {
  const server = await startNats();
  const store = { TORII_REVOCATIONS_STORE: server.url };
  expect(await run(['add', '--user', 'ada'], store)).toMatchObject({ code: 0 });
  const long = await run(['list', '--max-token-seconds', '86400'], store);
  expect([long.code, long.stderr]).toEqual([2, expect.stringMatching(/^torii: .*max_age|^torii: .*bucket/i)]);
  await server.kill();
  const down = await run(['list'], store);
  expect([down.code, down.stderr]).toEqual([1, expect.stringContaining('--store (TORII_REVOCATIONS_STORE)')]);
});
