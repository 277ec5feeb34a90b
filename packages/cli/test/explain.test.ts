import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { docsUrlFor } from '@torii/core/internal';
import { describe, expect, test } from 'vitest';
import { listAnchors } from '../../../scripts/markdown.ts';
import { docsUrlOf } from '../../emulator/src/docs-url.ts';
import { emulatorCodes } from '../src/troubleshooting/emulator-codes.ts';
import { explain, findName, listNames } from '../src/troubleshooting/explanation.ts';
import { options } from '../src/troubleshooting/generated/options.ts';
import { optionAdvice } from '../src/troubleshooting/option-advice.ts';
import { runCommand } from './command.ts';
import { runInProcess } from './in-process.ts';

const repository = join(import.meta.dirname, '..', '..', '..');
const page = readFileSync(join(repository, 'docs', 'troubleshooting.md'), 'utf8');
const anchors = listAnchors(page);
const names = [...new Set(listNames().flatMap((group) => group.names))];

const key = 'sk_test_0123456789abcdef0123456789abcdef';
/** A port of this machine at which nothing listens. */
const nowhere = 'http://127.0.0.1:1';

function anchorIn(url: string): string {
  return url.slice(url.indexOf('#') + 1);
}

describe('docs/troubleshooting.md', () => {
  test('has a heading for each reason, code, option and check, to which its address leads', () => {
    expect(names.length).toBeGreaterThan(250);
    expect(names.filter((name) => !anchors.has(anchorIn(docsUrlFor(name))))).toEqual([]);
  });

  test('has each name once, also if capitals do not count', () => {
    const headings = [...page.matchAll(/^### (.+)$/gm)].map(([, heading = '']) => heading.toLowerCase());
    expect(headings.filter((heading, index) => headings.indexOf(heading) !== index)).toEqual([]);
    expect([...anchors].filter((anchor) => /-\d+$/.test(anchor))).toEqual([]);
  });

  test('has a heading for each error of the emulator', () => {
    const codes = Object.keys(emulatorCodes) as (keyof typeof emulatorCodes)[];
    expect(codes.filter((code) => !anchors.has(anchorIn(docsUrlOf({ code, message: 'x' }))))).toEqual([]);
    expect(docsUrlOf({ code: 'seed_invalid', message: 'x' })).toBe(docsUrlFor('seed_invalid'));
  });

  test.each([
    ['Option allowedHosts must be a list.', 'allowedHosts'],
    ['Option prot does not exist. Use one of: port.', 'unknown_option'],
    ['The environments a and b have the same key.', 'option_invalid'],
  ])('has what the emulator links to after %s', (message, name) => {
    const url = docsUrlOf({ code: 'option_invalid', message });
    expect(url).toBe(docsUrlFor(name));
    expect(anchors.has(anchorIn(url))).toBe(true);
  });

  // The list of options is read from the sources. This compares it with what the packages were seen to throw.
  test('has a heading for each option that a test of a package expects in an error', () => {
    const expected = globSync(
      'packages/{api,authz,core,express,fastify,hono,koa,next,revocation,streams}/test/**/*.test.ts',
      {
        cwd: repository,
      },
    ).flatMap((file) => {
      const text = readFileSync(join(repository, file), 'utf8');
      return [...text.matchAll(/ToriiConfigError',\s+option: '([\w.]+)'/g)].map(([, option = '']) => option);
    });
    // Two names that do not exist, and a parameter of a query whose name is the caller's.
    const unknown = ['it', 'tolerance', 'q'];
    const missing = [...new Set(expected)].filter((option) => !anchors.has(anchorIn(docsUrlFor(option))));
    expect(expected.length).toBeGreaterThan(20);
    expect(missing.filter((option) => !unknown.includes(option))).toEqual([]);
  });
});

describe('the catalog', () => {
  test('explains every name: what it means, and what to do', () => {
    for (const name of names) {
      const { meanings, options: places, advice, url } = explain(name);
      expect(url).toBe(docsUrlFor(name));
      expect([name, meanings.length + places.length + (advice === null ? 0 : 1)]).not.toEqual([name, 0]);
      for (const { causes } of meanings) expect(causes.length).toBeGreaterThan(0);
      for (const { messages } of places) expect(messages.length).toBeGreaterThan(0);
    }
  });

  test('has advice for options that exist only', () => {
    const known = options.map(({ name }) => name);
    expect(Object.keys(optionAdvice).filter((name) => !known.includes(name))).toEqual([]);
  });

  test('has no Markdown links in its texts for a terminal', () => {
    expect(JSON.stringify(names.map(explain))).not.toMatch(/\]\((?!\()|\*\*/);
  });

  test.each([
    ['token_expired', 'token_expired'],
    ['TOKEN_EXPIRED', 'token_expired'],
    ['https://torii.so/docs/typescript/troubleshooting#maxstaleseconds', 'maxStaleSeconds'],
    ['login.user', 'login'],
    ['doctor: key cache', 'doctor-key-cache'],
    ['nothing_like_it', undefined],
  ])('finds %s', (given, name) => {
    expect(findName(given)).toBe(name);
  });
});

describe('a failure of a command ends with an address that exists', () => {
  test.each([
    ['a missing issuer', ['token', 'verify'], {}, 'issuer'],
    ['a missing key', ['users', 'list'], {}, 'secretKey'],
    ['a wrong key', ['users', 'list'], { TORII_SECRET_KEY: 'secret' }, 'secretKey'],
    ['a server that does not answer', ['users', 'list'], { TORII_SECRET_KEY: key, TORII_API_URL: nowhere }, 'network'],
  ])('%s', async (_name, args, environment, name) => {
    const { code, stderr } = await runInProcess(args, { environment, input: 'eyJ' });
    expect(code).toBeGreaterThan(0);
    expect(stderr.trimEnd()).toMatch(new RegExp(` See ${docsUrlFor(name)}$`));
    expect(anchors.has(anchorIn(docsUrlFor(name)))).toBe(true);
  });
});

describe('torii explain', () => {
  test('shows the meaning, causes with remedies, and the address, within the width of a terminal', async () => {
    const { code, stdout } = await runInProcess(['explain', 'token_expired'], { columns: 40 });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^token_expired: /);
    expect(stdout).toContain('\n   → Get a new token.');
    expect(stdout).toMatch(/troubleshooting#token_expired\n$/);
    expect(stdout.split('\n').filter((line) => line.length > 40 && !line.includes('https://'))).toEqual([]);
  });

  test('shows each meaning of a name that has several, and each package of an option', async () => {
    expect((await runInProcess(['explain', 'signature_invalid'])).stdout).toMatch(
      /in a request: [\s\S]+ in a webhook: /,
    );
    const { stdout } = await runInProcess(['explain', 'issuer']);
    expect(stdout).toMatch(/^What to do: [\s\S]+ in @torii\/core: [\s\S]+ in @torii\/revocation: /);
  });

  test('writes JSON', async () => {
    const { stdout } = await runInProcess(['explain', 'clockTolerance', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'clockTolerance',
      options: [{ package: '@torii/core', default: '30' }, {}],
    });
  });

  test('lists all names without an argument', async () => {
    const { stdout } = await runInProcess(['explain']);
    expect(stdout.split('\n')[0]).toBe('name\tgroup');
    expect(stdout).toContain('\nid_mismatch\tRefusals of webhooks\n');
    const { stdout: shown } = await runInProcess(['explain'], { columns: 60 });
    expect(shown).toMatch(/Refusals of webhooks[\s\S]+ id_mismatch/);
  });

  test.each([
    ['isuer', 'issuer'],
    ['token_expird', 'token_expired'],
    ['expired', 'token_expired'],
  ])('suggests a name for %s, with exit code 1', async (given, name) => {
    const { code, stderr } = await runInProcess(['explain', given]);
    expect(code).toBe(1);
    expect(stderr).toContain(`There is no entry for ${given}. Did you mean ${name}`);
  });

  test('says how to list all names if none is similar', async () => {
    const { code, stderr } = await runInProcess(['explain', 'zzzzzzzzzz']);
    expect(code).toBe(1);
    expect(stderr).toContain('torii explain');
  });

  test('offers names for completion', async () => {
    const { stdout } = await runCommand(['complete', '--', 'explain', 'token_e']);
    expect(stdout).toContain('token_expired');
  });
});
