import { UsageError } from '../failures.ts';

const secrets =
  /\b(?:sk|whsec)_[\w+/=-]+|\beyJ[\w.-]+|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END[A-Z -]*|$)/g;

/** The text without what looks like a secret key, a webhook secret, a private key or a token. */
export function withoutSecrets(text: string): string {
  return text.replace(secrets, '[secret]');
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
