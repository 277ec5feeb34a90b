import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { type ApiEvent, createToriiClient, type ToriiApiError, ToriiConfigError } from '../../src/index.ts';
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

// `url` contains the token, too.
const token = 'imp-4f1c/9a2e+7b';
const created = { token, expiresInSeconds: 600, url: `https://app.example.com/impersonate?ticket=${token}` };
const text = JSON.stringify(created);

test.each<[string, Step]>([
  ['a response that is cut off', new Response(text.slice(0, -4))],
  ['a response that is not an object', Response.json([created])],
  ['a response that is a text', Response.json(token)],
  ['a redirect', new Response(text, { status: 302, headers: { location: created.url } })],
  ['an error that contains the response', Response.json({ code: 'x', detail: token, ...created }, { status: 500 })],
  [
    'an error that nests the response',
    Response.json({ properties: { result: created }, detail: text }, { status: 409 }),
  ],
  ['an error that quotes the response', Response.json({ detail: `upstream: ${text}` }, { status: 502 })],
  ['an error that quotes it twice', Response.json({ upstream: JSON.stringify(text) }, { status: 502 })],
  [
    'an error that quotes it with escaped slashes',
    Response.json({ upstream: text.replaceAll('/', String.raw`\/`) }, { status: 502 }),
  ],
  ['an error with a URL in its detail', Response.json({ detail: `Cannot open ${created.url}` }, { status: 500 })],
  ['an error with a URL of another name', Response.json({ impersonationUrl: created.url }, { status: 500 })],
  ['an error with the URL alone', Response.json({ detail: created.url, url: created.url }, { status: 500 })],
  ['an error that is a part of the response', new Response(text.slice(0, -4), { status: 502 })],
  ['an error with an escaped token', new Response(text.replaceAll('/', String.raw`\/`), { status: 503 })],
])('[16] errors and events do not contain an impersonation token: %s', async (_name, step) => {
  const { client, events } = scriptApi([step]);
  const call = client.users.createImpersonationToken('ada', { actorUserId: 'grace', reason: 'Support case 7' });
  const error = await failureOf(call);
  expect(error).toMatchObject({ name: 'ToriiApiError', attempts: 1 });
  expect(printed([error, events])).not.toContain(token);
  expect(printed([error, events])).not.toContain(encodeURIComponent(token));
  expect(events).toHaveLength(1);
});

test('[16] errors and events do not contain a token that request() asked for', async () => {
  const request = { method: 'POST', path: '/api/server/v1/users/ada/impersonation-token', body: {} } as const;
  for (const step of [new Response(text.slice(0, -4)), Response.json({ ...created, detail: text }, { status: 500 })]) {
    const { client, events } = scriptApi([step]);
    const error = await failureOf(client.request(request));
    expect(error).toMatchObject({ name: 'ToriiApiError' });
    expect(printed([error, events])).not.toContain(token);
  }
});

test('[16] a refused impersonation keeps its code, its detail and its problem', async () => {
  const problem = {
    type: 'about:blank',
    status: 402,
    detail: 'The quota is used up.',
    properties: { code: 'quota_exceeded' },
  };
  const { client } = scriptApi([Response.json(problem, { status: 402 })]);
  const call = client.users.createImpersonationToken('ada', { actorUserId: 'grace', reason: 'Support case 7' });
  expect(await failureOf(call)).toMatchObject({ status: 402, code: 'quota_exceeded', detail: problem.detail, problem });
});

test('[16] a token that is passed on to another operation does not reach an error', async () => {
  const { client } = scriptApi([Response.json({ detail: `${token} is used` }, { status: 400 })]);
  const error = await failureOf(client.request({ method: 'POST', path: '/api/x', body: { token } }));
  expect(error).toMatchObject({ status: 400, detail: expect.stringContaining('is used') });
  expect((error as ToriiApiError).detail).not.toContain(token);
});
