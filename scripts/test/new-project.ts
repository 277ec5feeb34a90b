// An empty folder in which the instructions of a README are followed, line by line.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { freePort } from '../../packages/next/test/next-server.ts';
import { writeFileAt } from '../packed-app.ts';
import { answers } from './answering-port.ts';
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
  const listening = /(?<=listen\(|port: )3000\b/;
  const listens = listening.test(code);
  writeFileAt(file, code.replace(listening, String(port)));
  if (commands.some((line) => line.startsWith('npx @torii/emulator'))) {
    writeFileAt(join(project.folder, '.env'), others.settings);
  }
  const start = commands.find((line) => line.startsWith('node '));
  if (start === undefined) throw new Error('The README does not say how to run its example.');
  const program = start.replace('node', project.manager.node).replace('app.mjs', name);
  if (listens) {
    await using _app = await startLine(program, project, () => answers(port));
    await sendRequests(project, commands, port, others.tokens);
  } else {
    expect(await runLine(program, project)).not.toBe('');
  }
  writeFileAt(file, code);
}

/** Sends the requests of the README's lines of `curl`. Fails if an answer has another status than the line says. */
export async function sendRequests(
  project: NewProject,
  commands: readonly string[],
  port: number,
  tokens: OtherTerminals['tokens'],
): Promise<void> {
  const requests = commands.filter((line) => line.startsWith('curl '));
  expect(requests.length).toBeGreaterThan(1);
  const mint = commands.find((line) => line.startsWith('TOKEN=')) ?? '';
  const token = tokens.get(mint) ?? (await runLine(`${mint} && echo "$TOKEN"`, project)).trim();
  tokens.set(mint, token);
  for (const line of requests) {
    const [, method = 'GET', path, sent, status] =
      /^curl -i (?:-X (\w+) )?http:\/\/localhost:3000(\S+)( -H "Authorization: Bearer \$TOKEN")? +# (\d+)/.exec(line) ??
      [];
    const headers = sent === undefined ? {} : { authorization: `Bearer ${token}` };
    const answer = await fetch(`http://localhost:${port}${path}`, { method, headers });
    expect([line, answer.status]).toEqual([line, Number(status)]);
  }
}

/** Compiles a project. Returns the compiler's errors, but not those in declarations of others. */
export async function compile(project: NewProject, options: string): Promise<readonly string[]> {
  const output = await runLine(`${project.manager.exec} tsc ${options} || true`, project);
  const errors = output.split('\n').filter((line) => /error TS\d+: /.test(line));
  return errors.filter((line) => !line.startsWith('node_modules/') || /^node_modules\/(?:\.pnpm\/)?@torii/.test(line));
}
