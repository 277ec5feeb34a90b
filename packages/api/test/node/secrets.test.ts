import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { type ApiEvent, createToriiClient, ToriiConfigError } from '../../src/index.ts';
import { failureOf, hang, networkError, ok, page, refusal, type Step, scriptApi, secretKey } from '../scripted-api.ts';

/** Everything that a log can make of a value. */
function printed(value: unknown): string {
  const stack = value instanceof Error ? `${value}${value.stack}` : '';
  return `${inspect(value, { depth: 20, showHidden: true, getters: true })}${JSON.stringify(value)}${stack}`;
}

test('16: the client shows no secret key', () => {
  const { torii } = scriptApi([]);
  expect(printed(torii)).not.toContain(secretKey);
  expect(printed(torii.users)).not.toContain(secretKey);
});

test.each<[string, Step]>([
  ['a refusal that sends back what it was sent', refusal(500, 'x', {})],
  ['a page that sends back what it was sent', new Response(`authorization: Bearer ${secretKey}`, { status: 500 })],
  ['JSON that sends back what it was sent', Response.json({ code: secretKey, sent: { secretKey } }, { status: 400 })],
  ['a redirect to it', new Response(secretKey, { status: 302, headers: { location: `https://x/?${secretKey}` } })],
  ['a failed connection', networkError('ECONNRESET')],
  ['a failure that names it', new Error(`Invalid header: Bearer ${secretKey}`, { cause: new Error(secretKey) })],
  ['a failure that carries the request', Object.assign(new Error('No.'), { config: { headers: { secretKey } } })],
  ['a failure that is no error', async () => Promise.reject(`Bearer ${secretKey}`)],
  ['a hung request', hang],
])('16: errors and events show no secret key: %s', async (_name, step) => {
  const { torii, events } = scriptApi([step]);
  const error = await failureOf(torii.users.get('ada', { maxRetries: 0, timeoutMs: 50 }));
  expect(error).toBeInstanceOf(Error);
  expect(events).toHaveLength(1);
  expect(printed(error)).not.toContain(secretKey);
  expect(printed(events)).not.toContain(secretKey);
});

test('16: an answer that makes no sense shows no secret key', async () => {
  const { torii } = scriptApi([new Response(`You sent ${secretKey}`)]);
  expect(printed(await failureOf(torii.users.get('ada')))).not.toContain(secretKey);
});

test('16: the answer and the call show no secret key', async () => {
  const { torii } = scriptApi([page(['ada'], null), ok(), ok()]);
  const users = torii.users.list();
  expect(printed(users)).not.toContain(secretKey);
  await users;
  expect(printed(users)).not.toContain(secretKey);
  expect(printed(torii.users.get('ada'))).not.toContain(secretKey);
  expect(printed(await torii.users.get('ada').withResponse())).not.toContain(secretKey);
});

test('16: a refused option shows no secret key', async () => {
  const key = `${secretKey}\n`;
  const error = await failureOf((async () => createToriiClient({ secretKey: key }))());
  expect(error).toBeInstanceOf(ToriiConfigError);
  expect(printed(error)).not.toContain(secretKey);
});

test('16: a real failed connection shows no secret key', async () => {
  const events: ApiEvent[] = [];
  const onEvent = (event: ApiEvent) => void events.push(event);
  const torii = createToriiClient({ secretKey, apiUrl: 'http://127.0.0.1:2', maxRetries: 0, onEvent });
  const error = await failureOf(torii.users.create({ password: 'correct horse' }));
  expect(error).toMatchObject({ reason: 'network', cause: { cause: { code: 'ECONNREFUSED' } } });
  expect(printed([error, events])).not.toContain(secretKey);
  expect(printed([error, events])).not.toContain('correct horse');
});
