import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { run } from '../packed-app.ts';
import { withoutCredentials } from '../release/credentials.mjs';
import { inspectLinks } from '../release/packed-links.ts';
import { sortByDependencies } from '../release/publish-order.ts';
import { addAddresses, makeLinksAbsolute } from '../release/published-form.ts';
import { listPackages, repository } from '../workspace.ts';

const url = 'https://example.com/owner/name';
const main = join(repository, 'scripts', 'release', 'main.mjs');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'torii-published-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

test('a packed package names the repository, its own folder, and where to report a bug', () => {
  write('package/package.json', JSON.stringify({ name: '@torii/core', version: '1.2.3', license: 'MIT', exports: {} }));
  addAddresses(pack(), url, 'packages/core', '1.2.3');
  expect(JSON.parse(read('package/package.json'))).toEqual({
    name: '@torii/core',
    version: '1.2.3',
    license: 'MIT',
    exports: {},
    homepage: `${url}/tree/HEAD/packages/core#readme`,
    bugs: { url: `${url}/issues` },
    repository: { type: 'git', url: `git+${url}.git`, directory: 'packages/core' },
  });
});

test('the links of packed pages lead to the released version, and other files stay as they are', () => {
  const readme = '[a](../express/README.md#guards) [b](src)\n\n```md\n[c](../koa)\n```\n';
  const program = Buffer.from([0, 255, 10, 13]);
  write('package/package.json', '{}');
  write('package/README.md', readme);
  write('package/CHANGELOG.md', '[d](../../docs/errors.md), [e](#0-1-0), [f](https://torii.so)\n');
  write('package/src/README.md', readme);
  write('package/dist/index.js', program);
  addAddresses(pack(), url, 'packages/core', '1.2.3');
  expect(read('package/README.md')).toBe(
    `[a](${url}/blob/v1.2.3/packages/express/README.md#guards) [b](${url}/tree/v1.2.3/packages/core/src)\n\n` +
      '```md\n[c](../koa)\n```\n',
  );
  expect(read('package/CHANGELOG.md')).toBe(
    `[d](${url}/blob/v1.2.3/docs/errors.md), [e](#0-1-0), [f](https://torii.so)\n`,
  );
  expect(read('package/src/README.md')).toBe(readme);
  expect(readFileSync(join(folder, 'unpacked', 'package/dist/index.js'))).toEqual(program);
});

test.each(['SECURITY.md', 'docs/versions.md'])('%s is linked in its newest version', (page) => {
  const markdown = makeLinksAbsolute(`[a](../../${page})`, url, 'packages/core', '1.2.3');
  expect(markdown).toBe(`[a](${url}/blob/HEAD/${page})`);
  write('README.md', markdown);
  expect(inspectLinks(folder, url)).toEqual([]);
});

test('an image is linked as a file, not as the page that shows it', () => {
  const markdown = makeLinksAbsolute('![Bars](../../docs/performance.svg)', url, 'packages/core', '1.2.3');
  expect(markdown).toBe(`![Bars](${url}/raw/v1.2.3/docs/performance.svg)`);
});

test.each(['../../docs/missing.md', '../../../elsewhere.md'])('a link to %s cannot be published', (target) => {
  expect(() => makeLinksAbsolute(`[a](${target})`, url, 'packages/core', '1.2.3')).toThrow(target);
});

test.each([
  ['../../LICENSE', 'is not absolute'],
  ['http://example.com/owner/name/blob/v1.2.3/LICENSE', 'is not absolute'],
  [`${url}/blob/v1.2.3/MISSING`, 'a file that does not exist'],
  [`${url}/blob/main/LICENSE`, 'a released version'],
  [`${url}/blob/HEAD/LICENSE`, 'a released version'],
  [`${url}/blob/v1.2.3/docs/errors.md#missing`, 'a heading that does not exist'],
  ['#missing', 'no heading of the page'],
])('the link %s of a packed page is reported', (target, problem) => {
  write('README.md', `# Title\n\n[a](${target})\n`);
  expect(inspectLinks(folder, url)).toEqual([expect.stringContaining(problem)]);
});

test('links that lead to a file, a heading or another site are not reported', () => {
  const link = `${url}/blob/v1.2.3/docs/errors.md#refusals-of-requests`;
  write('README.md', `# The title, \`quoted\`\n\n[a](#the-title-quoted) [b](${link}) [c](https://torii.so/docs)\n`);
  expect(inspectLinks(folder, url)).toEqual([]);
});

test('publishing is refused with one message if the URL of the repository is unknown', () => {
  write('package.json', '{}');
  const { status, stdout, stderr } = publish();
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr.trim().split('\n')).toEqual([
    'The URL of the repository is not known, so the packages cannot link to it. Add it to package.json at the root of the repository: ' +
      '"repository": "https://github.com/OWNER/NAME".',
  ]);
});

test.each([
  '',
  'https://github.com/owner',
  `${url}.git`,
  `${url}/`,
  'git@example.com:owner/name',
  { type: 'git', url },
])('publishing is refused if the URL of the repository is %j', (value) => {
  write('package.json', JSON.stringify({ repository: value }));
  const { status, stderr } = publish();
  expect([status, stderr]).toEqual([1, expect.stringMatching(/^`repository` in package\.json cannot be used: .+\n$/)]);
});

test('publishing is refused if a change has no version, a file is not committed, or the tag is missing', () => {
  write('package.json', JSON.stringify({ repository: url }));
  write('packages/core/package.json', JSON.stringify({ version: '1.2.3' }));
  write('.changeset/some.md', '');
  git('init', '--quiet');
  write('.changeset/other.md', '');
  expect(publish().stderr).toMatch(/other\.md, some\.md\. Run .npm run release:version/);
  rmSync(join(folder, '.changeset', 'other.md'));
  expect(publish('--tag').stderr).toContain('The option --tag is unknown');
  rmSync(join(folder, '.changeset', 'some.md'));
  write('.changeset/config.json', '{}');
  expect(publish().stderr).toMatch(/Files differ from the last commit.*\?\? package\.json/s);
  git('add', '.');
  git('commit', '--quiet', '--message=release');
  git('tag', 'v1.2.2');
  expect(publish().stderr).toContain('has no tag v1.2.3');
});

test('neither tests nor builds get the publishing credentials', () => {
  const secrets = { NPM_TOKEN: 'a', ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'b', ACTIONS_ID_TOKEN_REQUEST_URL: 'c' };
  // Programs of this name run instead of the real ones, and write their environment.
  for (const program of ['turbo', 'pnpm']) {
    write(`bin/${program}`, `#!/bin/sh\nenv > ${folder}/${program}.txt\nexit ${program === 'pnpm' ? 1 : 0}\n`);
    chmodSync(join(folder, 'bin', program), 0o755);
  }
  const env = { ...process.env, ...secrets, PATH: `${join(folder, 'bin')}:${process.env['PATH']}` };
  const { status } = spawnSync(process.execPath, [join(dirname(main), 'publish.ts')], { env });
  expect(status).toBe(1);
  for (const program of ['turbo', 'pnpm']) {
    const given = readFileSync(join(folder, `${program}.txt`), 'utf8');
    expect(given).toMatch(/^PATH=/m);
    for (const name of Object.keys(secrets)) expect(given).not.toContain(name);
  }
  expect(withoutCredentials({ ...secrets, PATH: 'd' })).toEqual({ PATH: 'd' });
});

test('a package is published after those that it depends on', () => {
  const names = sortByDependencies(listPackages()).map(({ shortName }) => shortName);
  // One more: conformance/ is published too.
  expect(names).toHaveLength(readdirSync(join(repository, 'packages')).length + 1);
  for (const [later, earlier] of [
    ['express', 'core'],
    ['api', 'core'],
    ['cli', 'streams'],
    ['cli', 'authz'],
    ['cli', 'emulator'],
  ] as const) {
    expect(names.indexOf(later)).toBeGreaterThan(names.indexOf(earlier));
  }
});

function publish(...options: readonly string[]) {
  return spawnSync(process.execPath, [main, ...options], { cwd: folder, encoding: 'utf8' });
}

function git(...args: readonly string[]): void {
  run(folder, 'git', '-c', 'user.name=test', '-c', 'user.email=test@example.com', ...args);
}

function pack(): string {
  run(folder, 'tar', '-czf', 'packed.tgz', 'package');
  return join(folder, 'packed.tgz');
}

function read(path: string): string {
  mkdirSync(join(folder, 'unpacked'), { recursive: true });
  run(folder, 'tar', '-xzf', 'packed.tgz', '-C', 'unpacked');
  return readFileSync(join(folder, 'unpacked', path), 'utf8');
}

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}
