import { readFileSync } from 'node:fs';
import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { readCompleteSpec } from '../../../scripts/generate/complete-spec.ts';
import { writeContract } from '../../../scripts/generate/write-contract.ts';
import { holdAnswers } from '../src/api/contract/hold-answers.ts';
import { findOperation, operations } from '../src/api/contract/operation.ts';
import { answerProblem, Problem } from '../src/http/problem.ts';
import { unknownId } from './rest.ts';

const user = {
  id: unknownId,
  environmentId: unknownId,
  status: 'active',
  createdAt: '2026-05-16T09:30:00Z',
  updatedAt: '2026-05-16T09:30:00Z',
  publicMetadata: {},
  privateMetadata: {},
  unsafeMetadata: {},
};
const path = `/api/server/v1/users/${unknownId}`;

/** Returns what a client gets for a handler's response, and the warnings of the emulator. */
async function answerOf(response: Response | Error, method = 'GET', at = path) {
  const warnings: Error[] = [];
  const app = new Hono();
  app.use(holdAnswers((error) => warnings.push(error)));
  app.all('*', () => {
    if (response instanceof Error) throw response;
    return response;
  });
  app.onError((error) => answerProblem(error as Problem));
  const answer = await app.request(at, { method });
  const text = await answer.text();
  return { status: answer.status, text, warnings: warnings.map(({ message }) => message) };
}

test('the package contains the specification of spec/ with its additions and corrections', () => {
  const embedded = readFileSync(new URL('../src/generated/server-v1.ts', import.meta.url), 'utf8');
  expect(embedded === writeContract(readCompleteSpec()), 'out of date: run npm run generate').toBe(true);
});

test('finds each operation by its method and path', () => {
  for (const { method, key } of operations) {
    const at = key.slice(method.length + 1).replaceAll(/\{\w+\}/g, unknownId);
    expect(findOperation(method, `/api/server/v1${at}`)?.key).toBe(key);
  }
  expect(findOperation('GET', '/api/server/v1/users')).toBeUndefined();
  expect(findOperation('GET', `${path}/`)).toBeUndefined();
});

test.each<[string, Response | Error]>([
  ['a user', Response.json(user)],
  ['a user whose locale is null, as a correction allows', Response.json({ ...user, locale: null })],
  ['a documented refusal', new Problem(404, 'user_not_found', 'No user has this id.')],
  ['a refusal that every operation may use', new Problem(400, 'invalid_request', 'userId must be a UUID.')],
])('does not change %s', async (_name, response) => {
  const { text, warnings } = await answerOf(response);
  expect([text.includes('contract_broken'), warnings]).toEqual([false, []]);
});

test.each<[string, Response | Error, RegExp]>([
  ['a status that is not documented', Response.json(user, { status: 202 }), /\b202\b/],
  ['a refusal that is not documented', new Problem(409, 'email_taken', 'Taken.'), /\b409\b/],
  ['a missing field', Response.json({ ...user, id: undefined }), /\bid\b/],
  ['an extra field', Response.json({ ...user, passwordHash: 'x' }), /\bpasswordHash\b/],
  ['a field of the wrong type', Response.json({ ...user, name: 7 }), /\bname\b/],
  ['an id that is not a UUID', Response.json({ ...user, id: '7' }), /\bid\b/],
  ['an unknown status', Response.json({ ...user, status: 'gone' }), /\bstatus\b/],
  ['an invalid date', Response.json({ ...user, createdAt: 'now' }), /\bcreatedAt\b/],
  ['an array', Response.json([user]), /\bobject\b/],
  ['text', new Response('fine'), /\bapplication\/json\b.*\btext\/plain\b/],
  ['invalid JSON', new Response('{', { headers: { 'content-type': 'application/json' } }), /\bJSON\b/],
  [
    'a refusal that is not a problem response',
    Response.json({ error: 'x' }, { status: 404 }),
    /\b404\b.*\bapplication\/problem\+json\b/,
  ],
])('responds with 500 instead of %s, and says what violates the specification', async (_name, response, violation) => {
  const { status, text, warnings } = await answerOf(response);
  expect(status).toBe(500);
  expect(JSON.parse(text)).toMatchObject({ properties: { code: 'contract_broken' } });
  expect(JSON.parse(text).detail).toMatch(violation);
  expect(warnings).toEqual([expect.stringContaining('GET /users/{userId}')]);
});

test('accepts a 204 without a body', async () => {
  expect((await answerOf(new Response(null, { status: 204 }), 'DELETE')).status).toBe(204);
});

test('does not change responses to paths outside the specification', async () => {
  expect((await answerOf(new Response('hello'), 'GET', '/elsewhere')).text).toBe('hello');
});
