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

/** `torii secret`: random secrets for HMAC tokens. */
export function addSecret(program: Command, context: Context): void {
  program
    .command('secret')
    .description('Make a random secret, for HS256 and the like.')
    // RFC 7518 section 3.2: a key of HS256 is at least as long as its hash.
    .option('-l, --length <bytes>', 'how many random bytes, 32 to 1024', wholeNumber(32, 1024), 64)
    .addOption(
      new Option('-f, --format <format>', 'how they are written').choices(['hex', 'base64', 'raw']).default('hex'),
    )
    .option('-c, --count <number>', 'how many secrets, one to a line', wholeNumber(1, 1000), 1)
    .option('-e, --env', 'write JWT_SECRET=…, as .env has it')
    .option('-q, --quiet', 'write the secret and nothing else')
    .addHelpText('after', examples)
    .action((options: SecretOptions) => writeSecrets(context, options));
}

async function writeSecrets({ output }: Context, options: SecretOptions): Promise<void> {
  const { length, format, count, env, quiet } = options;
  if (format === 'raw') {
    if (env || count > 1)
      throw new UsageError('Raw bytes have no lines: leave out --env and --count, or take --format base64.');
    if (output.isTerminal)
      throw new UsageError(
        'Raw bytes are not for a terminal: send them to a file, `torii secret --format raw > jwt.key`.',
      );
    await output.write(randomBytes(length));
  } else {
    for (let made = 0; made < count; made++) {
      await output.write(`${env ? 'JWT_SECRET=' : ''}${randomBytes(length).toString(format)}\n`);
    }
  }
  if (quiet) return;
  output.say(`${length} random bytes, ${format}: ${length * 8} bits.`);
  output.say('Keep it out of your repository, and have another one for each environment.');
}
