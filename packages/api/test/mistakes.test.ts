import { describe, expect, test } from 'vitest';
import { createToriiClient, type ToriiClient, ToriiConfigError } from '../src/index.ts';
import { scriptApi, secretKey } from './scripted-api.ts';

async function mistakeIn(run: () => unknown): Promise<ToriiConfigError> {
  const error: unknown = await (async () => run())().then(
    (value) => ({ passed: value }),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ToriiConfigError);
  expect((error as ToriiConfigError).message).not.toMatch(/51c2a0f7d9|eyJ/);
  return error as ToriiConfigError;
}

const token = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl';
const id = '01931a73-8b00-7000-8000-000000000000';

describe('an id', () => {
  test.each<[string, unknown]>([
    ['an email address', 'user@example.com'],
    ['a user', { id }],
    ['an Auth', { userId: id }],
    ['a list', [id]],
    ['a promise', Promise.resolve(id)],
    ['nothing', undefined],
    ['null', null],
    ['a number', 7],
    ['an empty text', ''],
    ["the text 'undefined'", 'undefined'],
    ["the text 'null'", 'null'],
    ['an object as text', '[object Object]'],
    ['an access token', token],
    ['a secret key', secretKey],
    ['a header', `Bearer ${token}`],
  ])('that is %s is not sent', async (_name, given) => {
    const { client, sent } = scriptApi([]);
    const calls: readonly ((userId: string) => unknown)[] = [
      client.users.get.bind(client.users),
      client.users.ban.bind(client.users),
      client.users.delete.bind(client.users),
      (userId) => client.users.update(userId, { firstName: 'Ada' }),
      (userId) => client.sessions.listForUser(userId),
      (userId) => client.sessions.revoke(userId, id),
    ];
    for (const call of calls) expect(await mistakeIn(() => call(given as string))).toMatchObject({ option: 'userId' });
    expect(await mistakeIn(() => client.sessions.revoke(id, given as string))).toMatchObject({ option: 'sessionId' });
    expect(sent).toEqual([]);
  });

  test('that is an email address leads to the search', async () => {
    const { client } = scriptApi([]);
    expect((await mistakeIn(() => client.users.get('user@example.com'))).message).toContain('users.list');
  });
});

test.each<[string, (client: ToriiClient) => unknown]>([
  ['update without an id', (client) => client.users.update({ firstName: 'Ada' } as never, undefined as never)],
  ['update in the wrong order', (client) => client.users.update({ firstName: 'Ada' } as never, id as never)],
  ['create with an email address', (client) => client.users.create('a@example.com' as never)],
  ['an AbortController as signal', (client) => client.users.get(id, { signal: new AbortController() as never })],
  ['options that are a text', (client) => client.users.get(id, 'x' as never)],
  ['a path in place of a request', (client) => client.request('/api/server/v1/users' as never)],
])('%s is not sent', async (_name, run) => {
  const { client, sent } = scriptApi([]);
  await mistakeIn(() => run(client));
  expect(sent).toEqual([]);
});

test.each<[string, unknown]>([
  ['a secret key', secretKey],
  ['nothing', undefined],
  ['a promise', Promise.resolve({ secretKey })],
  ['a client', scriptApi([]).client],
  ['a request', { method: 'GET', url: '/', headers: {} }],
])('createToriiClient refuses %s', async (_name, options) => {
  await mistakeIn(() => createToriiClient(options as never));
});

test.each([
  ['apiKey', 'secretKey'],
  ['token', 'secretKey'],
  ['secret', 'secretKey'],
  ['TORII_SECRET_KEY', 'secretKey'],
  ['baseURL', 'apiUrl'],
  ['timeout', 'timeoutMs'],
  ['retries', 'maxRetries'],
  ['issuer', 'createVerifier'],
])('an option named %s leads to %s', async (name, remedy) => {
  const options = name.includes('imeout') || name === 'issuer' ? { secretKey, [name]: 'x' } : { [name]: secretKey };
  const { message } = await mistakeIn(() => createToriiClient(options as never));
  expect(message.split('Known options')[0]).toContain(remedy);
});

test.each([
  ['a semicolon', `${secretKey};`],
  ['typographic quotes', `“${secretKey}”`],
  ['its name', `TORII_SECRET_KEY=${secretKey}`],
  ['a variable', '$TORII_SECRET_KEY'],
  ['a scheme', `Bearer ${secretKey}`],
])('a secret key with %s is refused without being quoted', async (_name, given) => {
  expect(await mistakeIn(() => createToriiClient({ secretKey: given }))).toMatchObject({ option: 'secretKey' });
});
