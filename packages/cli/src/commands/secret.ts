import { randomBytes } from 'node:crypto';
import { type Command, Option } from 'commander';
import { wholeNumber } from '../arguments.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../failures.ts';

interface SecretOptions {
  readonly length: number;
  readonly format: 'hex' | 'base64' | 'raw';
  readonly count: number;
  readonly env?: true;
  readonly quiet?: true;
}

const examples = `
Examples:
  $ torii secret
  $ torii secret --format base64
  $ torii secret --env --quiet >> .env
  $ torii secret --length 32 --count 3
  $ torii secret --format raw > jwt.key`;

export function addSecret(program: Command, context: Context): void {
  program
    .command('secret')
    .description('Create a random secret for HS256 and other HMAC algorithms.')
    // RFC 7518 section 3.2: a key for HS256 must be at least as long as the hash, 32 bytes.
    .option('-l, --length <bytes>', 'number of random bytes, 32 to 1024', wholeNumber(32, 1024), 64)
    .addOption(new Option('-f, --format <format>', 'output format').choices(['hex', 'base64', 'raw']).default('hex'))
    .option('-c, --count <number>', 'number of secrets, one per line', wholeNumber(1, 1000), 1)
    .option('-e, --env', 'write JWT_SECRET=… for a .env file')
    .option('-q, --quiet', 'write only the secret')
    .addHelpText('after', examples)
    .action((options: SecretOptions) => writeSecrets(context, options));
}

async function writeSecrets({ output }: Context, options: SecretOptions): Promise<void> {
  const { length, format, count, env, quiet } = options;
  if (format === 'raw') {
    if (env || count > 1)
      throw new UsageError(
        '--format raw cannot be combined with --env or --count. Leave them out, or use --format base64.',
      );
    if (output.isTerminal)
      throw new UsageError(
        'Raw bytes cannot be written to a terminal. Write them to a file: `torii secret --format raw > jwt.key`.',
      );
    await output.write(randomBytes(length));
  } else {
    for (let made = 0; made < count; made++) {
      await output.write(`${env ? 'JWT_SECRET=' : ''}${randomBytes(length).toString(format)}\n`);
    }
  }
  if (quiet) return;
  output.say(`${length} random bytes, ${format}: ${length * 8} bits.`);
  output.say('Do not commit it to your repository, and use a different one for each environment.');
}
