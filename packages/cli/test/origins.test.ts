import { type Emulator, startEmulator } from '@torii/emulator';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Ended, environmentOf } from './command.ts';
import { runInProcess } from './in-process.ts';
import { startOnTerminal } from './terminal.ts';

let torii: Emulator;
beforeEach(async () => {
  torii = await startEmulator();
});
afterEach(() => torii.stop());

function run(...args: readonly string[]): Promise<Ended> {
  return runInProcess(['origins', ...args], { environment: environmentOf(torii) });
}

async function stored(): Promise<readonly string[]> {
  const { code, stdout } = await run('list', '--json');
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

test('replaces, lists and clears the allowed origins', async () => {
  const origins = ['https://app.example.com', 'capacitor://localhost', 'http://localhost:5173'];
  expect(await run('set', '--yes', ...origins)).toMatchObject({ code: 0, stderr: '' });
  expect((await run('list')).stdout).toBe(`origin\n${origins.join('\n')}\n`);
  expect((await run('list', '--ndjson')).stdout).toBe(origins.map((each) => `"${each}"\n`).join(''));
  expect(torii.allowedOrigins).toEqual(origins);
  expect(await run('set', '--none', '--yes', '--json')).toMatchObject({ code: 0, stdout: '[]\n' });
  expect(await stored()).toEqual([]);
});

test('adds and removes origins, whatever their spelling, and keeps the others', async () => {
  await run('set', '--yes', 'https://a.example', 'https://b.example');
  expect(await run('add', 'https://c.example', 'HTTPS://B.example:443', 'https://c.example:443')).toMatchObject({
    code: 0,
    stderr: '',
  });
  expect(await stored()).toEqual(['https://a.example', 'https://b.example', 'https://c.example']);
  expect(await run('remove', '--yes', 'https://A.EXAMPLE')).toMatchObject({ code: 0, stderr: '' });
  expect(await stored()).toEqual(['https://b.example', 'https://c.example']);
  expect(await run('add', 'https://bücher.example')).toMatchObject({ code: 0 });
  expect(await stored()).toContain('https://xn--bcher-kva.example');
});

test('does not replace the list if nothing changes', async () => {
  await run('add', 'https://a.example');
  const before = torii.requests.api;
  for (const args of [
    ['add', 'https://a.example'],
    ['set', '--yes', 'https://a.example:443'],
  ]) {
    const { code, stdout, stderr } = await run(...args);
    expect([code, stdout, stderr]).toEqual([0, 'origin\nhttps://a.example\n', expect.stringMatching(/\n$/)]);
  }
  expect(torii.requests.api - before).toBe(2);
});

test('removes nothing if one of the origins is not allowed', async () => {
  await run('add', 'https://a.example', 'https://b.example');
  const { code, stderr } = await run('remove', '--yes', 'https://a.example', 'https://x.example');
  expect([code, stderr]).toEqual([1, expect.stringContaining('https://x.example')]);
  expect(await stored()).toEqual(['https://a.example', 'https://b.example']);
});

test('shows what would change before it asks', async () => {
  await run('add', 'https://a.example');
  const environment = environmentOf(torii);
  const args = ['origins', 'set', 'https://b.example'];
  const no = await startOnTerminal({ skip: expect.fail }, args, { environment });
  await no.shows(/\+ https:\/\/b\.example\n *- https:\/\/a\.example\n.*\[y\/N\]/);
  no.type('n\r');
  expect(await no.ended).toBe(1);
  expect(await stored()).toEqual(['https://a.example']);
});

test('changes nothing if the list was changed while it asked', async () => {
  await run('add', 'https://a.example');
  const args = ['origins', 'remove', 'https://a.example'];
  const terminal = await startOnTerminal({ skip: expect.fail }, args, { environment: environmentOf(torii) });
  await terminal.shows(/\[y\/N\]/);
  await run('add', 'https://b.example');
  terminal.type('y\r');
  expect(await terminal.ended).toBe(1);
  expect(await stored()).toEqual(['https://a.example', 'https://b.example']);
});

test.each([
  'https://a.example/',
  'https://a.example/path',
  'https://a.example?x',
  'https://a.example#x',
  'https://user@a.example',
  'https://user:password@a.example',
  'https://*.example.com',
  '*',
  'null',
  '',
  ' ',
  'a.example',
  '//a.example',
  'https://',
  'https:a.example',
  'https:\\\\a.example',
  'https://a.example:99999',
  'https://a b.example',
  'https://a.example\nhttps://b.example',
])('refuses %j, which is not a whole origin, before any request', async (origin) => {
  const before = torii.requests.api;
  for (const args of [
    ['add', origin],
    ['set', '--yes', 'https://good.example', origin],
    ['remove', '--yes', origin],
  ]) {
    const { code, stdout, stderr } = await run(...args);
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(/^torii: .*\n$/)]);
  }
  expect(torii.requests.api).toBe(before);
});

test.each<[string, readonly string[], number, string]>([
  ['no origins to set', ['set', '--yes'], 2, '--none'],
  ['origins and none', ['set', '--yes', '--none', 'https://a.example'], 2, '--none'],
  ['a replacement in a pipe', ['set', 'https://a.example'], 2, '--yes'],
  ['clearing in a pipe', ['set', '--none'], 2, '--yes'],
  ['a removal in a pipe', ['remove', 'https://a.example'], 2, '--yes'],
  ['nothing to add', ['add'], 2, "'origin'"],
  ['a misspelled command', ['delete', 'https://a.example'], 2, 'delete'],
])('says in one line what to do about %s, and sends nothing', async (_name, args, exitCode, message) => {
  const before = torii.requests.api;
  const { code, stdout, stderr } = await run(...args);
  expect([code, stdout, stderr]).toEqual([exitCode, '', expect.stringContaining(message)]);
  expect(stderr.trimEnd()).not.toContain('\n');
  expect(torii.requests.api).toBe(before);
});
