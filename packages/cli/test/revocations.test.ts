import { type Emulator, startEmulator } from '@torii/emulator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RedisServer, startRedis } from '../../revocation/test/redis-server.ts';
import { type Ended, environmentOf, patience } from './command.ts';
import { runInProcess } from './in-process.ts';

let torii: Emulator;
beforeAll(async () => {
  torii = await startEmulator();
});
afterAll(() => torii.stop());

type Environment = Readonly<Record<string, string>>;

const signingKey = 'a signing key of more than 32 characters';

function settingsFor(store: string, more: Environment = {}): Environment {
  return {
    ...environmentOf(torii),
    TORII_ENVIRONMENT_ID: torii.environmentId,
    TORII_REVOCATIONS_STORE: store,
    ...more,
  };
}

interface Store {
  readonly redis: RedisServer;
  run(args: readonly string[], more?: Environment, input?: string): Promise<Ended>;
  list(more?: Environment): Promise<readonly unknown[]>;
}

async function startStore(context: Parameters<typeof startRedis>[0]): Promise<Store> {
  const redis = await startRedis(context);
  const run: Store['run'] = (args, more, input = '') =>
    runInProcess(args, { environment: settingsFor(redis.url, more), input });
  const list: Store['list'] = async (more) => {
    const { code, stdout, stderr } = await run(['revocations', 'list', '--json'], more);
    expect([code, stderr]).toEqual([0, '']);
    return JSON.parse(stdout);
  };
  return { redis, run, list };
}

const aTime = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/);

test('adds revocations of every kind, and lists them', async (context) => {
  const { run, list } = await startStore(context);
  expect(await list()).toEqual([]);
  const user = await run(['revocations', 'add', '--user', 'ada', '--json']);
  expect([user.code, JSON.parse(user.stdout)]).toEqual([0, { kind: 'user', id: 'ada', issuedBefore: aTime }]);
  expect(user.stderr).toMatch(/redis:\/\/127\.0\.0\.1:\d+ has accepted it/);
  const added = [
    ['--user', 'bo', '--organization', 'acme', '--at', new Date(Date.now() - 60_000).toISOString()],
    ['--impersonator', 'dee'],
    ['--environment', '--yes'],
  ];
  for (const args of added) expect(await run(['revocations', 'add', ...args])).toMatchObject({ code: 0 });
  const token = await torii.token({ userId: 'eve' });
  const one = await run(['revocations', 'add', '--token', '--json'], {}, `Authorization: Bearer ${token}\n`);
  expect([one.code, JSON.parse(one.stdout)]).toMatchObject([
    0,
    { kind: 'token', id: expect.stringMatching(/^[\w-]{43}$/) },
  ]);
  expect(`${one.stdout}${one.stderr}`).not.toContain(token.split('.')[2]);
  expect(await list()).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ kind: 'user', id: 'ada' }),
      expect.objectContaining({ kind: 'member', id: 'bo', organizationId: 'acme' }),
      expect.objectContaining({ kind: 'impersonator', id: 'dee' }),
      expect.objectContaining({ kind: 'environment', id: null }),
      expect.objectContaining({ kind: 'token' }),
    ]),
  );
  const table = await run(['revocations', 'list']);
  expect(table.stdout).toMatch(/^kind\tid\torganization\tissued before\n/);
  expect(table.stdout).toMatch(/^environment\tall\t\t/m);
});

test('signs entries, and says so if the entries of the store are signed with other keys', async (context) => {
  const { run, list } = await startStore(context);
  const keys = { TORII_REVOCATIONS_SIGNING_KEYS: `${signingKey}, an older key of more than 32 characters` };
  expect(await run(['revocations', 'add', '--user', 'ada'], keys)).toMatchObject({ code: 0 });
  expect(await list(keys)).toHaveLength(1);
  for (const other of [{}, { TORII_REVOCATIONS_SIGNING_KEYS: 'another key of more than 32 characters' }]) {
    const added = await run(['revocations', 'add', '--user', 'bo'], other);
    expect([added.code, added.stderr]).toEqual([1, expect.stringContaining('TORII_REVOCATIONS_SIGNING_KEYS')]);
    expect(added.stderr).not.toContain('32 characters');
  }
  const strange = { TORII_REVOCATIONS_SIGNING_KEYS: 'another key of more than 32 characters' };
  const listed = await run(['revocations', 'list', '--json'], strange);
  expect([listed.code, JSON.parse(listed.stdout)]).toEqual([0, []]);
  expect(listed.stderr).toContain('TORII_REVOCATIONS_SIGNING_KEYS');
  expect(await list(keys)).toHaveLength(1);
});

test('tail writes each revocation as it arrives, and ends with 130', async (context) => {
  const { redis, run } = await startStore(context);
  await run(['revocations', 'add', '--user', 'before']);
  const stop = new AbortController();
  const written = { stdout: '', stderr: '' };
  const ended = runInProcess(['revocations', 'tail', '--json'], {
    environment: settingsFor(redis.url),
    signal: stop.signal,
    written,
  });
  await expect.poll(() => written.stderr, patience).toContain('Ctrl-C');
  await run(['revocations', 'add', '--user', 'ada']);
  await run(['revocations', 'add', '--impersonator', 'dee']);
  await expect.poll(() => written.stdout.split('\n').length, patience).toBe(3);
  stop.abort();
  expect((await ended).code).toBe(130);
  const lines = written.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines).toEqual([
    { kind: 'user', id: 'ada', issuedBefore: aTime },
    { kind: 'impersonator', id: 'dee', issuedBefore: aTime },
  ]);
});

test('ban, delete and revoke announce if --announce is given', async (context) => {
  const { run, list } = await startStore(context);
  const [ada, bo, cy] = await Promise.all(
    ['ada', 'bo', 'cy'].map((name) => torii.createUser({ email: `${name}@example.com` })),
  );
  const silent = await run(['users', 'ban', 'ada@example.com', '--yes']);
  expect([silent.code, silent.stderr]).toEqual([0, expect.stringMatching(/until they expire.*--announce/s)]);
  expect(await list()).toEqual([]);
  const banned = await run(['users', 'ban', 'ada@example.com', '--yes', '--announce', '--json']);
  expect([banned.code, JSON.parse(banned.stdout)]).toMatchObject([0, [{ id: ada?.id, status: 'banned' }]]);
  expect(banned.stderr).toMatch(/redis:\S+ has accepted/);
  expect(await run(['users', 'delete', String(bo?.id), '--yes', '--announce'])).toMatchObject({ code: 0 });
  const revoked = ['sessions', 'revoke', '--all-of', String(cy?.id), '--yes', '--announce'];
  expect(await run(revoked)).toMatchObject({ code: 0 });
  const ids = (await list()).map((record) => Object(record).id);
  expect(ids.toSorted()).toEqual([ada?.id, bo?.id, cy?.id].map(String).toSorted());
});

test('changes nothing if the store cannot be reached', async (context) => {
  const { redis, run } = await startStore(context);
  const user = await torii.createUser({ email: 'fay@example.com' });
  await redis.kill();
  const banned = await run(['users', 'ban', user.id, '--yes', '--announce']);
  expect([banned.code, banned.stdout]).toEqual([1, '']);
  expect(banned.stderr).toMatch(/redis:\/\/127\.0\.0\.1:\d+ .*ECONNREFUSED.*Nothing was changed.*--announce/s);
  const { stdout } = await run(['users', 'get', user.id, '--json']);
  expect(JSON.parse(stdout)).toMatchObject({ status: 'active' });
});

test('reports a user who was banned while the store accepted no writes', async (context) => {
  const { redis, run } = await startStore(context);
  const user = await torii.createUser({ email: 'gil@example.com' });
  await run(['revocations', 'add', '--user', 'other']);
  await redis.run('CONFIG', 'SET', 'maxmemory', '1');
  const banned = await run(['users', 'ban', user.id, '--yes', '--announce', '--json']);
  expect([banned.code, JSON.parse(banned.stdout)]).toMatchObject([1, [{ id: user.id, status: 'banned' }]]);
  expect(banned.stderr).toContain(`torii revocations add --user ${user.id}`);
  const added = await run(['revocations', 'add', '--user', user.id]);
  expect([added.code, added.stdout]).toEqual([1, '']);
  expect(added.stderr).toMatch(/^torii: Not announced.*memory/m);
});

test('never shows the password of a store, and says what to do about a wrong one', async (context) => {
  const { redis, run } = await startStore(context);
  await redis.run('CONFIG', 'SET', 'requirepass', 'correct-horse');
  const { port } = redis;
  for (const [login, message] of [
    ['', /requires a password.*TORII_REVOCATIONS_STORE/],
    [':wrong-horse@', /refuses the user name or password/],
    ['ada:wrong-horse@', /refuses the user name or password/],
  ] as const) {
    const store = { TORII_REVOCATIONS_STORE: `redis://${login}127.0.0.1:${port}` };
    const { code, stdout, stderr } = await run(['revocations', 'list'], store);
    expect([code, stdout, stderr]).toEqual([1, '', expect.stringMatching(message)]);
    expect(stderr).not.toContain('horse');
  }
  const right = { TORII_REVOCATIONS_STORE: `redis://:correct-horse@127.0.0.1:${port}/2` };
  expect(await run(['revocations', 'add', '--user', 'ada'], right)).toMatchObject({ code: 0 });
  const { code, stderr } = await run(['revocations', 'list', '--store', right.TORII_REVOCATIONS_STORE]);
  expect([code, stderr]).toEqual([2, expect.stringContaining('command line')]);
  expect(stderr).not.toContain('horse');
});

test('refuses a store that keeps entries for too short a time', async (context) => {
  const { run } = await startStore(context);
  expect(await run(['revocations', 'add', '--user', 'ada'])).toMatchObject({ code: 0 });
  const { code, stderr } = await run(['revocations', 'list', '--max-token-seconds', '86400']);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/^torii: .*retention/i)]);
});

test.each<[string, readonly string[], Environment, number, string]>([
  ['a missing store', ['list'], { TORII_REVOCATIONS_STORE: '' }, 2, 'TORII_REVOCATIONS_STORE'],
  ['a web page as the store', ['list'], { TORII_REVOCATIONS_STORE: 'https://x.test' }, 2, 'redis://'],
  ['a NATS URL with a password', ['list'], { TORII_REVOCATIONS_STORE: 'nats://a:b@h' }, 2, 'NATS_USER'],
  ['a password that is not encoded', ['list'], { TORII_REVOCATIONS_STORE: 'redis://a:b/c#d@h' }, 2, '%2F'],
  ['a missing environment', ['list'], { TORII_ENVIRONMENT_ID: '' }, 2, 'TORII_ENVIRONMENT_ID'],
  ['a wrong issuer', ['list', '--issuer', 'acme'], {}, 2, '--issuer'],
  ['a short signing key', ['list'], { TORII_REVOCATIONS_SIGNING_KEYS: 'short' }, 2, 'TORII_REVOCATIONS_SIGNING_KEYS'],
  ['nothing to revoke', ['add'], {}, 2, '--user'],
  ['two things to revoke', ['add', '--user', 'a', '--impersonator', 'b'], {}, 2, 'one'],
  ['an organization alone', ['add', '--organization', 'a', '--environment'], {}, 2, '--user'],
  ['an email', ['add', '--user', 'ada@example.com'], {}, 2, 'torii users get'],
  ['a token as an argument', ['add', '--token', 'eyJhbGciOiJFUzI1NiJ9.e30.c2lnbmF0dXJl'], {}, 2, 'command line'],
  ['no token', ['add', '--token'], {}, 2, 'torii token decode'],
  ['an environment in a pipe', ['add', '--environment'], {}, 2, '--yes'],
])('says in one line what to do about %s', async (_name, args, more, exitCode, message) => {
  const environment = settingsFor('redis://127.0.0.1:9', more);
  const { code, stdout, stderr } = await runInProcess(['revocations', ...args], { environment });
  expect([code, stdout, stderr]).toEqual([exitCode, '', expect.stringContaining(message)]);
  expect(stderr.trimEnd()).not.toContain('\n');
});

test('does not sign for a store that comes from another .env than the keys', async () => {
  const { TORII_REVOCATIONS_STORE: store, ...environment } = settingsFor('redis://127.0.0.1:9', {
    TORII_REVOCATIONS_SIGNING_KEYS: signingKey,
  });
  const files = { '.env': `TORII_REVOCATIONS_STORE=${store}\n` };
  const { code, stderr } = await runInProcess(['revocations', 'list'], { environment, files });
  expect([code, stderr]).toEqual([2, expect.stringMatching(/\.env.*--store/)]);
});

test('token why says that a token was revoked', async (context) => {
  const { redis, run } = await startStore(context);
  const token = await torii.token({ userId: 'ada' });
  const why = async (more: Environment = {}): Promise<unknown> =>
    JSON.parse((await run(['token', 'why', '--json'], more, token)).stdout);
  expect(await why()).toMatchObject({ accepted: true });
  await run(['revocations', 'add', '--user', 'ada']);
  const refused = await why();
  expect(refused).toMatchObject({ reason: 'token_revoked', advice: expect.stringContaining('revocations list') });
  expect(Object(refused).checks.at(-1)).toMatchObject({ check: 'revocation', result: 'refused' });
  const short = await why({ TORII_MAX_TOKEN_SECONDS: '60' });
  expect(short).toMatchObject({ reason: 'token_lifetime_refused', advice: expect.stringContaining('300 s') });
  await redis.kill();
  expect(await why()).toMatchObject({ accepted: true });
});

test('doctor checks the store if it is set', async (context) => {
  const { redis, run } = await startStore(context);
  const checkOf = async (more: Environment = {}): Promise<unknown> => {
    const { stdout } = await run(['doctor', '--json'], more);
    return JSON.parse(stdout).checks.find(({ check }: { readonly check: string }) => check === 'revocations');
  };
  expect(await checkOf()).toMatchObject({ result: 'passed', found: expect.stringContaining(`:${redis.port}`) });
  expect(await checkOf({ TORII_MAX_TOKEN_SECONDS: '86400' })).toMatchObject({ result: 'failed' });
  expect(await checkOf({ TORII_ENVIRONMENT_ID: '' })).toMatchObject({ result: 'failed' });
  await redis.kill();
  expect(await checkOf()).toMatchObject({
    result: 'failed',
    advice: expect.stringContaining('TORII_REVOCATIONS_STORE'),
  });
  const { stdout } = await runInProcess(['doctor', '--json'], { environment: environmentOf(torii) });
  expect(JSON.parse(stdout).checks).toContainEqual(
    expect.objectContaining({ check: 'revocations', result: 'skipped' }),
  );
});
