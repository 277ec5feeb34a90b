// An empty folder in which the instructions of a README are followed, line by line.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { freePort } from '../../packages/next/test/next-server.ts';
import { writeFileAt } from '../packed-app.ts';
import type { PackageManager } from './package-managers.ts';
import { runLine, type ShellOptions, startLine } from './shell.ts';

export interface NewProject extends ShellOptions {
  readonly manager: PackageManager;
}

/** What a user has in other terminals. */
export interface OtherTerminals {
  /** The settings that the emulator prints. */
  readonly settings: string;
  /** Tokens, by the line that got them. */
  readonly tokens: Map<string, string>;
}

/** Follows the README's lines of `npm install`. Fails if a peer dependency is missing. */
export async function install(project: NewProject, lines: readonly string[]): Promise<void> {
  const { init, add, list, complaint } = project.manager;
  if (init !== undefined) await runLine(init, project);
  for (const line of lines) expect(await runLine(add(line), project)).not.toMatch(complaint);
  expect(await runLine(list, project)).not.toMatch(complaint);
}

/** Runs the README's commands for `app.mjs`, which may have another name. Its port 3000 is replaced by a free one. */
export async function followCommands(
  project: NewProject,
  commands: readonly string[],
  others: OtherTerminals,
  name = 'app.mjs',
): Promise<void> {
  const port = await freePort();
  const file = join(project.folder, name);
  const code = readFileSync(file, 'utf8');
  const listens = code.includes('listen(3000)');
  writeFileAt(file, code.replace('listen(3000)', `listen(${port})`));
  await using programs = new AsyncDisposableStack();
  let token = '';
  for (const command of commands) {
    const line = command.replace('app.mjs', name).replace('localhost:3000', `localhost:${port}`);
    if (line.startsWith('npx @torii/emulator')) {
      writeFileAt(join(project.folder, '.env'), others.settings);
    } else if (line.startsWith('node ')) {
      const program = line.replace('node', project.manager.node);
      if (listens) programs.use(await startLine(program, project, () => answers(`http://localhost:${port}`)));
      else expect(await runLine(program, project)).not.toBe('');
    } else if (line.startsWith('TOKEN=')) {
      token = await tokenOf(line, project, others.tokens);
    } else {
      expect([line, await statusOf(line, token)]).toEqual([line, Number(/# (\d{3})/.exec(line)?.[1])]);
    }
  }
  writeFileAt(file, code);
}

/** Compiles a project. Returns the compiler's errors, but not those in declarations of others. */
export async function compile(project: NewProject, options: string): Promise<readonly string[]> {
  const output = await runLine(`${project.manager.exec} tsc ${options} || true`, project);
  const errors = output.split('\n').filter((line) => /error TS\d+: /.test(line));
  return errors.filter((line) => !line.startsWith('node_modules/') || /^node_modules\/(?:\.pnpm\/)?@torii/.test(line));
}

export function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  );
}

async function tokenOf(line: string, project: NewProject, tokens: Map<string, string>): Promise<string> {
  const known = tokens.get(line);
  if (known !== undefined) return known;
  const token = (await runLine(`${line} && echo "$TOKEN"`, project)).trim();
  expect(token).toMatch(/^eyJ\S+$/);
  tokens.set(line, token);
  return token;
}

/** Sends the request of a line of `curl`. Returns the status of the answer. */
export async function statusOf(line: string, token: string): Promise<number> {
  const [, method = 'GET', url] = /^curl -i (?:-X (\w+) )?(http:\S+)/.exec(line) ?? [];
  if (url === undefined) throw new Error(`The test does not know this command: ${line}`);
  const headers = line.includes('-H "Authorization: Bearer $TOKEN"') ? { authorization: `Bearer ${token}` } : {};
  return (await fetch(url, { method, headers })).status;
}
