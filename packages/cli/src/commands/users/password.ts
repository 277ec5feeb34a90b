import { type Command, Option } from 'commander';
import type { Context } from '../../context.ts';
import { UsageError } from '../../failures.ts';
import { askLine } from '../../input/question.ts';
import { readSecretFile } from '../../settings.ts';

/** What the options of {@link addPasswordOptions} say. */
export interface PasswordOptions {
  readonly askPassword?: true;
  readonly passwordFile?: string;
}

/** Adds `--ask-password` and `--password-file`. A password is never an argument. */
export function addPasswordOptions(command: Command): Command {
  return command
    .addOption(new Option('--ask-password', 'ask for a password on the terminal').conflicts('passwordFile'))
    .option('--password-file <file>', 'a file that holds the password; - is standard input')
    .addOption(new Option('--password [password]').hideHelp().argParser(refusePassword));
}

/** The password that a person typed or a file holds; undefined where there is to be none. */
export async function readPassword(context: Context, options: PasswordOptions): Promise<string | undefined> {
  const { passwordFile } = options;
  const password = options.askPassword
    ? await askPassword(context)
    : passwordFile && (await readSecretFile(context, passwordFile));
  if (password === '') throw new UsageError('The password is empty. Leave the option out for a user without one.');
  return password;
}

function refusePassword(): never {
  throw new UsageError(
    'A password is not taken from the command line, where other users of this machine and the shell’s history see it. ' +
      'Give --ask-password, or --password-file FILE (- is standard input).',
  );
}

async function askPassword(context: Context): Promise<string> {
  if (context.stdin.isTTY === true && context.stderr.isTTY === true) {
    return askLine(context, 'Password: ', { isSecret: true });
  }
  throw new UsageError(
    'Nobody is there to be asked for a password: give --password-file - and write it to standard input.',
  );
}
