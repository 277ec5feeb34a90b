// The first minutes of a user: an empty folder, the packages from a registry, and the README's first example, pasted.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createProject, fontResponses } from '../../packages/next/test/created-project.ts';
import { freePort } from '../../packages/next/test/next-server.ts';
import { fileBlocks } from '../../packages/next/test/readme-blocks.ts';
import { configuredRegistry, describeUnreachable, type LocalRegistry, startLocalRegistry } from '../local-registry.ts';
import { writeFileAt } from '../packed-app.ts';
import { answers } from './answering-port.ts';
import { readFirstExample, toCommonJs } from './first-example.ts';
import { compile, followCommands, install, type NewProject, sendRequests } from './new-project.ts';
import { installYarns, type PackageManager, packageManagers } from './package-managers.ts';
import { type RunningLine, runLine, startLine } from './shell.ts';

const root = mkdtempSync(join(tmpdir(), 'torii-registry-'));
const unreachable = describeUnreachable(configuredRegistry());
const npmAndPnpm = packageManagers.filter(({ name }) => ['npm', 'pnpm'].includes(name));

let registry: LocalRegistry;
let yarns: ReadonlyMap<PackageManager['yarn'], string>;
let emulator: RunningLine;
const others = { settings: '', tokens: new Map<string, string>() };

beforeAll(async () => {
  if (unreachable !== undefined) return;
  registry = await startLocalRegistry(join(root, 'registry'));
  yarns = installYarns(root);
  const anywhere = { folder: root, environment: registry.environment };
  // The tests share tokens, and may take longer than the five minutes that a token is valid by default.
  const line = 'npx @torii/emulator --port 0 --token-lifetime 36000';
  emulator = await startLine(line, anywhere, (output) => output.includes('Ctrl-C'));
  others.settings =
    emulator
      .output()
      .match(/^ +TORII_\w+=.*$/gm)
      ?.join('\n') ?? '';
});

afterAll(async () => {
  await emulator?.[Symbol.asyncDispose]();
  await registry?.[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true });
});

function newProject(manager: PackageManager, name: string): NewProject {
  const folder = join(root, `${name}-${manager.name}`.replaceAll(/\W+/g, '-').toLowerCase());
  mkdirSync(folder);
  const path = [yarns.get(manager.yarn), process.env['PATH']].filter(Boolean).join(delimiter);
  return { folder, manager, environment: { ...registry.environment, ...manager.environment, PATH: path } };
}

test('a registry that does not answer is named', () => {
  const closed = 'http://127.0.0.1:9/';
  expect(describeUnreachable(closed)).toContain(
    `needs a registry to install third-party packages from, and ${closed} does not`,
  );
});

describe('with packages from a registry', () => {
  beforeEach((context) => {
    if (unreachable === undefined) return;
    if (process.env['CI'] === 'true') throw new Error(unreachable);
    context.skip(unreachable);
  });

  const pages = [
    ...['core', 'express', 'koa', 'fastify', 'hono', 'api', 'authz', 'revocation', 'streams'].map(
      (name) => [`packages/${name}/README.md`, 'First example'] as const,
    ),
    ['README.md', 'Express'] as const,
  ];
  describe.each(pages)('the first example of %s', (page, section) => {
    const { installs, code, commands, types = '' } = readFirstExample(page, section);

    // The page of the repository has the example of a package.
    test.each(page === 'README.md' ? npmAndPnpm : packageManagers)('runs with $name', async (manager) => {
      const project = newProject(manager, page);
      await install(project, installs);
      writeFileAt(join(project.folder, 'app.mjs'), code);
      await followCommands(project, commands, others);
    });

    test.each(npmAndPnpm)('runs as TypeScript and as CommonJS with $name', async (manager) => {
      const project = newProject(manager, `types-${page}`);
      await install(project, [...installs, types]);
      writeFileAt(join(project.folder, 'app.mts'), code);
      await runLine(`${manager.exec} tsc --init --types node`, project);

      const strict = '--skipLibCheck false';
      expect(await compile(project, `${strict} --noEmit --module preserve --moduleResolution bundler`)).toEqual([]);
      expect(await compile(project, strict)).toEqual([]);
      await followCommands(project, commands, others);
      await followCommands(project, commands, others, 'app.mts');
      // The package that `npm init` makes is CommonJS.
      writeFileAt(join(project.folder, 'app.js'), toCommonJs(code));
      await followCommands(project, commands, others, 'app.js');
    });
  });

  const commandLines = [
    ...packageManagers.map((manager) => ['packages/cli/README.md', 'First commands', manager.name, manager] as const),
    ...packageManagers.slice(0, 1).map((manager) => ['README.md', 'Command line', manager.name, manager] as const),
  ];
  test.each(commandLines)('the commands of %s, %s, run with %s', async (page, section, name, manager) => {
    const { installs, commands } = readFirstExample(page, section);
    const project = newProject(manager, `cli-${page}`);
    await install(project, installs);
    writeFileAt(join(project.folder, '.env'), others.settings);
    // Each run has another user.
    const user = `user${commandLines.findIndex((each) => each[0] === page && each[2] === name)}`;
    let output = '';
    for (const line of commands.filter((each) => !each.startsWith('npx @torii/emulator'))) {
      const translated = line.replaceAll('npx torii', `${manager.exec} torii`).replaceAll('ada@', `${user}@`);
      output += await runLine(translated, project);
    }
    expect(output).toContain(`${user}@example.com`);
  });

  test.each(npmAndPnpm)('the test in packages/emulator/README.md passes with $name', async (manager) => {
    const { installs, code } = readFirstExample('packages/emulator/README.md', 'Test your app with it');
    // With pnpm, vitest does not work without a peer dependency that pnpm installs by default.
    const project = newProject({ ...manager, environment: {} }, 'emulator');
    await install(project, installs);
    writeFileAt(join(project.folder, 'me.test.ts'), code);
    expect(await runLine(`${manager.exec} vitest run --no-color`, project)).toMatch(/Tests +2 passed/);
  });

  test('the first example of packages/next/README.md runs in a new app', async () => {
    const { text, installs, commands } = readFirstExample('packages/next/README.md');
    const [npm] = npmAndPnpm;
    if (npm === undefined) throw new Error('npm is missing');
    const project = newProject(npm, 'next');
    await createProject(project.folder, { version: 16, install: true });
    for (const line of installs) expect(await runLine(line, project)).not.toMatch(npm.complaint);
    const port = await freePort();
    const issuer = /TORII_ISSUER=(\S+)/.exec(others.settings)?.[1] ?? '';
    for (const { path, code } of fileBlocks(text)) {
      writeFileAt(join(project.folder, path), code.replace('https://acme.torii.so', issuer).replace('3000', `${port}`));
    }
    const environment = { ...project.environment, NEXT_FONT_GOOGLE_MOCKED_RESPONSES: fontResponses };
    const app = { ...project, environment: { ...environment, NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' } };
    await runLine('npm run build', app);
    await using _server = await startLine(`npm start -- --port ${port}`, app, () => answers(port));
    const terminal = { ...project, environment: { ...project.environment, TORII_ISSUER: issuer } };
    await sendRequests(terminal, commands, port, others.tokens);
  });
});
