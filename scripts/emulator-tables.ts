// Part of `npm run generate`: writes the tables of packages/emulator/README.md that follow from the specification and from the code.
//   --check   writes nothing; reports a table that is not up to date, with exit code 1
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { operations } from '../packages/emulator/src/api/contract/operation.ts';
import { controlOperations, membersWithoutOperation } from '../packages/emulator/src/control/operations/index.ts';
import { flaws } from '../packages/emulator/src/generated/flaws.ts';
import { publishedPaths } from '../packages/emulator/src/published-paths.ts';
import { repository } from './workspace.ts';

export const readmePath: string = join(repository, 'packages', 'emulator', 'README.md');

export interface BrowserRequest {
  readonly method: string;
  /** The rest of the path, after the published part. */
  readonly below?: string;
  readonly does: string;
  /** Why the emulator does not support this path. */
  readonly unanswered?: string;
}

/** What each published path does. A new path does not compile until it is described. */
export const browserRequests = {
  client: [{ method: 'GET', does: 'who is signed in' }],
  environment: [{ method: 'GET', does: 'what the environment allows' }],
  login: [{ method: 'POST', does: 'signs in with email and password; never asks for a second factor' }],
  signUp: [{ method: 'POST', does: 'creates a user and signs in' }],
  logout: [{ method: 'POST', does: 'ends the session and clears both cookies' }],
  templateToken: [{ method: 'POST', below: '?template=NAME', does: 'a token for a third party' }],
  establish: [
    {
      method: 'POST',
      does: 'a session from a ticket',
      unanswered: 'no sign-in of the emulator gives such a ticket',
    },
  ],
  impersonate: [{ method: 'POST', does: 'a session from an impersonation token' }],
  sessions: [
    { method: 'GET', does: 'the user’s sessions' },
    { method: 'DELETE', below: '/{id}', does: 'ends one of them' },
  ],
  organizations: [
    { method: 'GET', does: 'the user’s organizations' },
    { method: 'POST', below: '/{id}/switch', does: 'a token for that organization' },
  ],
} as const satisfies Record<keyof typeof publishedPaths, readonly BrowserRequest[]>;

/** The tables by the name in their markers, `<!-- table: NAME -->` and `<!-- end: NAME -->`. */
export function writeTables(): ReadonlyMap<string, string> {
  return new Map([
    ['rest', restTable()],
    ['browser', browserTable()],
    ['control', controlTable()],
    ['members', membersTable()],
    ['flaws', flawsTable()],
  ]);
}

export function replaceTables(readme: string): string {
  let text = readme;
  for (const [name, table] of writeTables()) {
    const [begin, end] = [`<!-- table: ${name}, written by npm run generate -->`, `<!-- end: ${name} -->`];
    const [before, rest = ''] = text.split(begin);
    const [, after] = rest.split(end);
    if (after === undefined) throw new Error(`packages/emulator/README.md has no markers for the table ${name}.`);
    text = `${before}${begin}\n${table}\n${end}${after}`;
  }
  return text;
}

function restTable(): string {
  const rows = operations.map(({ key, spec }) => [code(key), 'yes', Object.keys(spec.responses).join(', ')]);
  return drawTable(['operation', 'answered', 'documented statuses'], rows);
}

function browserTable(): string {
  const rows = Object.entries(browserRequests).flatMap(([name, requests]) =>
    requests.map(({ method, below = '', does, unanswered }: BrowserRequest) => [
      code(`${method} ${publishedPaths[name as keyof typeof publishedPaths]}${below}`),
      unanswered === undefined ? 'yes' : `no: ${unanswered}`,
      does,
    ]),
  );
  return drawTable(['request', 'answered', 'what it does'], rows);
}

function controlTable(): string {
  const rows = Object.entries(controlOperations).map(([key, { does, example = '', members }]) => [
    code(key),
    does,
    example === '' ? '' : code(example),
    members.map(code).join(', '),
  ]);
  return drawTable(['request', 'what it does', 'body or query', 'in the library'], rows);
}

function membersTable(): string {
  const rows = Object.entries(membersWithoutOperation).map(([name, reason]) => [code(name), reason]);
  return drawTable(['not over HTTP', 'because'], rows);
}

function flawsTable(): string {
  const rows = Object.entries(flaws).map(([name, { meaning, reason }]) => [code(name), meaning, code(reason)]);
  return drawTable(['flaw', 'what is sent', 'refused by `@torii/core` with'], rows);
}

function drawTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [titles, titles.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return `\n${lines.join('\n').replaceAll(/ +\|/g, ' |')}\n`;
}

function code(text: string): string {
  return `\`${text}\``;
}

function main(): void {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
  const readme = readFileSync(readmePath, 'utf8');
  const wanted = replaceTables(readme);
  if (wanted === readme) return;
  if (values.check) {
    console.error('The tables of packages/emulator/README.md are not up to date. Run `npm run generate`.');
    process.exitCode = 1;
  } else {
    writeFileSync(readmePath, wanted);
    console.log('packages/emulator/README.md');
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main();
