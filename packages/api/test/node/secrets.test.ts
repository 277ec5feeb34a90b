import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { type ApiEvent, createToriiClient, ToriiConfigError } from '../../src/index.ts';
import { failureOf, hang, networkError, ok, page, refusal, type Step, scriptApi, secretKey } from '../scripted-api.ts';

/** Every way in which a logger may print a value. */
function printed(value: unknown): string {
  const stack = value instanceof Error ? `${value}${value.stack}` : '';
  return `${inspect(value, { depth: 20, showHidden: true, getters: true })}${JSON.stringify(value)}${stack}`;
}

test('16: the client does not reveal the secret key', () => {
  const { client } = scriptApi([]);
  expect(printed(client)).not.toContain(secretKey);
  expect(printed(client.users)).not.toContain(secretKey);
});

test.each<[string, Step]>([
  ['an error response', refusal(500, 'x', {})],
  ['a page that echoes the request', new Response(`authorization: Bearer ${secretKey}`, { status: 500 })],
  ['JSON that echoes the request', Response.json({ code: secretKey, sent: { secretKey } }, { status: 400 })],
  [
    'a redirect that contains the key',
    new Response(secretKey, { status: 302, headers: { location: `https://x/?${secretKey}` } }),
  ],
  ['a failed connection', networkError('ECONNRESET')],
  [
    'an error whose message contains the key',
    new Error(`Invalid header: Bearer ${secretKey}`, { cause: new Error(secretKey) }),
  ],
  [
    'an error that has the request as a property',
    Object.assign(new Error('No.'), { config: { headers: { secretKey } } }),
  ],
  ['a rejection that is not an error', async () => Promise.reject(`Bearer ${secretKey}`)],
  ['a hung request', hang],
])('16: errors and events do not reveal the secret key: %s', async (_name, step) => {
  const { client, events } = scriptApi([step]);
  const error = await failureOf(client.users.get('ada', { maxRetries: 0, timeoutMs: 50 }));
  expect(error).toBeInstanceOf(Error);
  expect(events).toHaveLength(1);
  expect(printed(error)).not.toContain(secretKey);
  expect(printed(events)).not.toContain(secretKey);
});

test('16: the error for a malformed response does not reveal the secret key', async () => {
  const { client } = scriptApi([new Response(`You sent ${secretKey}`)]);
  expect(printed(await failureOf(client.users.get('ada')))).not.toContain(secretKey);
});

test('16: responses and calls do not reveal the secret key', async () => {
  const { client } = scriptApi([page(['ada'], null), ok(), ok()]);
  const users = client.users.list();
  expect(printed(users)).not.toContain(secretKey);
  await users;
  expect(printed(users)).not.toContain(secretKey);
  expect(printed(client.users.get('ada'))).not.toContain(secretKey);
  expect(printed(await client.users.get('ada').withResponse())).not.toContain(secretKey);
});

test('16: the error for a wrong option does not reveal the secret key', async () => {
  const key = `${secretKey}\n`;
  const error = await failureOf((async () => createToriiClient({ secretKey: key }))());
  expect(error).toBeInstanceOf(ToriiConfigError);
  expect(printed(error)).not.toContain(secretKey);
});

test('16: a real connection failure does not reveal the secret key', async () => {
  const events: ApiEvent[] = [];
  const onEvent = (event: ApiEvent) => void events.push(event);
  const client = createToriiClient({ secretKey, apiUrl: 'http://127.0.0.1:2', maxRetries: 0, onEvent });
  const error = await failureOf(client.users.create({ password: 'correct horse' }));
  expect(error).toMatchObject({ reason: 'network', cause: { cause: { code: 'ECONNREFUSED' } } });
  expect(printed([error, events])).not.toContain(secretKey);
  expect(printed([error, events])).not.toContain('correct horse');
});
