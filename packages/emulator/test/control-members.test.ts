import { expect, test } from 'vitest';
import { controlOperations, membersWithoutOperation } from '../src/control/operations/index.ts';
import { startEmulator } from '../src/index.ts';

test('every member of the library has an operation of the control API, or a reason why it has none', async () => {
  await using torii = await startEmulator();
  const own = Object.getPrototypeOf(torii);
  const members = [own, Object.getPrototypeOf(own)]
    .flatMap((prototype) => Object.getOwnPropertyNames(prototype))
    .filter((name) => name !== 'constructor');
  const offered = Object.values(controlOperations).flatMap((operation) => operation.members);
  expect([...new Set<string>([...offered, ...Object.keys(membersWithoutOperation)])].sort()).toEqual(
    [...new Set(members)].sort(),
  );
  expect(offered.filter((name) => Object.hasOwn(membersWithoutOperation, name))).toEqual([]);
});

test('every operation says what it does, and its example can be sent', () => {
  for (const [key, { does, example }] of Object.entries(controlOperations)) {
    expect(does).not.toBe('');
    const isSent = /^(?:POST|PUT|PATCH) /.test(key);
    if (isSent) expect(Object.prototype.toString.call(JSON.parse(example ?? ''))).toBe('[object Object]');
    else if (example !== undefined) expect(example).toMatch(/^\?/);
  }
});

test.each([
  ['a page of another origin', { origin: 'https://evil.example' }],
  ['a page of another site, without Origin', { 'sec-fetch-site': 'cross-site' }],
  ['another port of the same host', { 'sec-fetch-site': 'same-site' }],
])('[14] no operation that changes anything is open to %s', async (_name, headers) => {
  await using torii = await startEmulator();
  for (const key of Object.keys(controlOperations)) {
    const [method = '', path] = key.split(' ');
    if (method === 'GET') continue;
    const url = `${torii.issuer}/_emulator${path?.replaceAll(/\{\w+\}/g, 'x')}`;
    const body = method === 'DELETE' ? {} : { body: '{}' };
    const response = await fetch(url, { method, headers: { 'content-type': 'application/json', ...headers }, ...body });
    expect([key, response.status]).toEqual([key, 403]);
  }
});

test('[20] no response of the control API is cached, or readable by other origins', async () => {
  await using torii = await startEmulator();
  for (const key of Object.keys(controlOperations).filter(
    (each) => /^GET \/[a-z/]+$/.test(each) && each !== 'GET /whoami',
  )) {
    const { status, headers } = await fetch(`${torii.issuer}/_emulator${key.slice(4)}`, {
      headers: { origin: 'https://evil.example' },
    });
    expect([key, status, headers.get('cache-control')]).toEqual([key, 200, 'private, no-store']);
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
  }
});
