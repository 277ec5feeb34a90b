import { generateKeyPair, type KeyObject } from 'node:crypto';
import { closeSync, openSync, unlinkSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { type Command, Option } from 'commander';
import type { Context } from '../../context.ts';
import { CommandFailure, UsageError } from '../../failures.ts';
import { codeOf } from '../../files.ts';
import { publicHalfOf } from './key-file.ts';

interface GenerateOptions {
  readonly out?: string;
  readonly bits: string;
}

const examples = `
Examples:
  $ torii keys generate --out next.pem \\
      > next.pub.pem
  $ torii keys generate | \\
      vault kv put app/streams key=-`;

/** `torii keys generate`: a key pair for stream tokens. */
export function addKeysGenerate(keys: Command, context: Context): void {
  keys
    .command('generate')
    .description(
      'Make an RSA key pair. With --out, the private key goes to that file and the public one to standard output; ' +
        'without, the private key goes into the pipe.',
    )
    .option('-o, --out <file>', 'where the private key goes; it must not be there yet')
    .addOption(new Option('--bits <number>', 'how long the key is').choices(['2048', '3072', '4096']).default('2048'))
    .addHelpText('after', examples)
    .action((options: GenerateOptions) => generate(context, options));
}

async function generate({ output, cwd, signal }: Context, { out, bits }: GenerateOptions): Promise<void> {
  if (out === undefined && output.isTerminal) {
    throw new UsageError('A private key is not for a terminal: give --out FILE, or send it into a pipe.');
  }
  // Before the key is made: nobody should wait for one that has nowhere to go.
  const file = out === undefined ? undefined : openNewFile(resolve(cwd, out), out);
  let pem: string;
  try {
    const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: Number(bits) });
    signal.throwIfAborted();
    pem = pemOf(privateKey);
    if (file !== undefined) file.write(pem);
  } catch (error) {
    file?.discard();
    throw error;
  }
  const { pem: publicPem, keyId } = await publicHalfOf(pem);
  await output.write(out === undefined ? pem : publicPem);
  output.say(`The key ${keyId}, ${bits} bits.`);
  output.say(
    out === undefined
      ? 'That was the private key: keep it where secrets are kept.'
      : `Its private half is in ${out}, for you alone to read: keep it out of your repository.`,
  );
}

function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** A file that was not there before, and that its owner alone can read, from its first byte on. */
function openNewFile(path: string, name: string): { write(text: string): void; discard(): void } {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'wx', 0o600);
  } catch (error) {
    const isThere = codeOf(error) === 'EEXIST';
    const problem = isThere ? 'is there already, and a key is not overwritten' : 'cannot be written';
    throw new CommandFailure(`${name} ${problem}. Name another file.`);
  }
  return {
    write(text) {
      try {
        writeFileSync(descriptor, text);
        closeSync(descriptor);
      } catch {
        throw new CommandFailure(`${name} could not be written: is the disk full?`);
      }
    },
    discard: () => unlinkSync(path),
  };
}
