import { InvalidArgumentError } from 'commander';
import { UsageError } from './failures.ts';

export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d{1,15}$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Write a whole number from ${least} to ${most}.`);
  };
}

/**
 * Refuses a secret key on the command line, because other users can see arguments in `ps` and the shell's history
 * keeps them. Runs before the arguments are parsed.
 *
 * @throws UsageError if an argument starts with `sk_live_` or `sk_test_`, or is the option `--secret-key`
 */
export function refuseSecretArguments(args: readonly string[]): void {
  const end = args.indexOf('--');
  const optionArguments = end < 0 ? args : args.slice(0, end);
  const isGiven =
    optionArguments.some((each) => /^--secret-key(=|$)/.test(each)) ||
    args.some((each) => /^sk_(live|test)_/.test(each));
  if (!isGiven) return;
  throw new UsageError(
    'A secret key cannot be passed on the command line: other users of this machine and the shell’s history can see it. ' +
      'Set TORII_SECRET_KEY in the environment or in .env, or use --secret-key-file FILE (- is standard input).',
  );
}

export function nonEmptyText(text: string): string {
  if (text.trim() !== '') return text;
  throw new InvalidArgumentError('It is empty. Write a value, or leave the option out.');
}

/** Collects the values of an option that can be repeated. */
export function addText(text: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, text];
}
