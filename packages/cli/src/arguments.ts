import { InvalidArgumentError } from 'commander';
import { UsageError } from './failures.ts';

/** Reads a whole number within bounds. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d{1,15}$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

/**
 * Refuses a secret key among the arguments before anything else looks at them: an argument is shown by `ps`, and kept in
 * the shell's history.
 */
export function refuseSecretArguments(args: readonly string[]): void {
  const end = args.indexOf('--');
  const looked = end < 0 ? args : args.slice(0, end);
  const isGiven =
    looked.some((each) => /^--secret-key(=|$)/.test(each)) || args.some((each) => /^sk_(live|test)_/.test(each));
  if (!isGiven) return;
  throw new UsageError(
    'A secret key is not taken from the command line, where other users of this machine and the shell’s history see it. ' +
      'Set TORII_SECRET_KEY, put it into .env, or give --secret-key-file FILE (- is standard input).',
  );
}

/** A text that is there. An empty one is an unset variable of a script more often than a wish. */
export function nonEmptyText(text: string): string {
  if (text.trim() !== '') return text;
  throw new InvalidArgumentError('It is empty.');
}
