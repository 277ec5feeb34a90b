import { readFileSync } from 'node:fs';
import { Command, Help } from 'commander';
import { withOptionsLast } from './command-line.ts';
import type { Context } from './context.ts';
import { columnsOf } from './output/output.ts';
import { printable, withoutSecrets } from './output/printable.ts';

const manifest: { readonly version: string } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
);

const footer = `
Settings are read from flags, then the
environment, then .env:
  TORII_SECRET_KEY your secret key
  TORII_API_URL    https://api.torii.so
  TORII_ISSUER     https://acme.torii.so

Exit codes: 0 success, 1 failure,
2 wrong command line, 129, 130 and 143
for a hang-up, Ctrl-C and SIGTERM.`;

export function createProgram({ output, stdout, stderr }: Context, args: readonly string[]): Command {
  const program = new Command('torii');
  return program
    .description('Torii for the terminal: users, sessions, organizations, invitations, tokens, keys and secrets.')
    .version(manifest.version, '-v, --version', 'show the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help for a command')
    .configureOutput({
      writeOut: (text) => void output.write(text),
      writeErr: (text) => output.say(text.trimEnd()),
      outputError: (text, write) => write(describeMistake(text, withOptionsLast(program, args))),
      getOutHelpWidth: () => columnsOf(stdout),
      getErrHelpWidth: () => columnsOf(stderr),
      getOutHasColors: () => output.hasColors,
      getErrHasColors: () => false,
    })
    .configureHelp({ minWidthToWrap: 20, formatItem })
    .exitOverride()
    .addHelpText('after', footer);
}

/** On a narrow terminal, puts the description below the option: a second column would be too narrow to read. */
function formatItem(this: Help, term: string, termWidth: number, description: string, helper: Help): string {
  const { helpWidth = 80 } = helper;
  if (helpWidth >= 60 || description === '')
    return Help.prototype.formatItem.call(this, term, termWidth, description, helper);
  const lines = helper.boxWrap(description, helpWidth - 4);
  return `  ${term}\n${lines.replace(/^/gm, '    ')}`;
}

/** Puts commander's error on one line and removes secrets: commander quotes the argument, which may be a secret. */
function describeMistake(text: string, better: string | undefined): string {
  const line = withoutSecrets(text)
    .trim()
    .replace(/^error: /, '')
    .replace(/\s*\n\(?(Did you mean [^)]*)\)?$/, '. $1');
  const end = /[.?]$/.test(line) ? '' : '.';
  const isOrder = line.startsWith('unknown option') && better !== undefined;
  const hint = isOrder ? `Write options after the command: ${printable(withoutSecrets(better))}` : 'Try --help.';
  return `torii: ${printable(line)}${end} ${hint}`;
}
