import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { operations } from '../../packages/emulator/src/api/contract/operation.ts';
import { type Emulator, startEmulator } from '../../packages/emulator/src/index.ts';
import { publishedPaths } from '../../packages/emulator/src/published-paths.ts';
import { type BrowserRequest, browserRequests, readmePath, replaceTables } from '../emulator-tables.ts';

let torii: Emulator;
beforeAll(async () => {
  torii = await startEmulator();
});
afterAll(() => torii.stop());

const id = '01931a73-8b00-7000-8000-000000000000';

/** The code of a refusal, or `undefined` if the response is a success. */
async function codeOf(response: Response): Promise<string | undefined> {
  const text = await response.text();
  return response.ok || text === '' ? undefined : JSON.parse(text).properties.code;
}

test('the tables of the emulator’s README are up to date', () => {
  const readme = readFileSync(readmePath, 'utf8');
  expect(replaceTables(readme)).toBe(readme);
});

test('says which table has no place in the README', () => {
  const [name = ''] = /table: \w+/.exec(readFileSync(readmePath, 'utf8')) ?? [];
  expect(() => replaceTables(readFileSync(readmePath, 'utf8').replace(name, 'other'))).toThrow(/\bREADME\b/);
});

test.each(operations.map(({ key, method, spec, route }) => [key, { method, spec, route }] as const))(
  'the emulator answers the operation %s',
  async (_key, { method, spec, route }) => {
    const url = `${torii.apiUrl}/api/server/v1${route.replaceAll(/:\w+/g, id)}`;
    const response = await fetch(url, {
      method,
      headers: { authorization: `Bearer ${torii.secretKey}`, 'content-type': 'application/json' },
      ...(spec.requestBody !== undefined && { body: '{}' }),
    });
    expect(['not_found', 'method_not_allowed', 'contract_broken', 'internal_error']).not.toContain(
      await codeOf(response),
    );
  },
);

const requests = Object.entries(browserRequests).flatMap(([name, list]) =>
  list.map((request: BrowserRequest) => {
    const path = publishedPaths[name as keyof typeof publishedPaths] + (request.below ?? '').replace('{id}', id);
    return [`${request.method} ${path}`, request, path] as const;
  }),
);

test.each(requests)('the emulator answers %s as its README says', async (_key, { method, unanswered }, path) => {
  const response = await fetch(torii.issuer + path, {
    method,
    ...(method === 'POST' && { headers: { 'content-type': 'application/json' }, body: '{}' }),
  });
  const { status } = response;
  const code = await codeOf(response);
  expect(['not_found', 'method_not_allowed', 'internal_error']).not.toContain(code);
  expect(status === 501).toBe(unanswered !== undefined);
});
