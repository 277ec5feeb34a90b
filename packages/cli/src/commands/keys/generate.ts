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

export function addKeysGenerate(keys: Command, context: Context): void {
  keys
    .command('generate')
    .description(
      'Create an RSA key pair. With --out, the private key is written to that file and the public key to standard output. ' +
        'Without --out, the private key is written to standard output.',
    )
    .option('-o, --out <file>', 'file for the private key; it must not exist')
    .addOption(new Option('--bits <number>', 'key length').choices(['2048', '3072', '4096']).default('2048'))
    .addHelpText('after', examples)
    .action((options: GenerateOptions) => generate(context, options));
}

async function generate({ output, cwd, signal }: Context, { out, bits }: GenerateOptions): Promise<void> {
  if (out === undefined && output.isTerminal) {
    throw new UsageError(
      'A private key cannot be written to a terminal. Use --out FILE, or pipe it to another program.',
    );
  }
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
  const { pem: publicPem, keyId } = await publicHalfOf(pem, 'key');
  await output.write(out === undefined ? pem : publicPem);
  output.say(`Created the key ${keyId}, ${bits} bits.`);
  output.say(
    out === undefined
      ? 'The output is the private key. Keep it in a secret store.'
      : `The private key is in ${out}, readable only by you. Do not commit it to your repository.`,
  );
}

function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** Creates a new file that only its owner can read. The mode is set on creation, before the key is written. */
function openNewFile(path: string, name: string): { write(text: string): void; discard(): void } {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'wx', 0o600);
  } catch (error) {
    const exists = codeOf(error) === 'EEXIST';
    const problem = exists ? 'already exists, and torii does not overwrite keys' : 'cannot be written';
    throw new CommandFailure(`${name} ${problem}. Choose another file.`);
  }
  return {
    write(text) {
      try {
        writeFileSync(descriptor, text);
        closeSync(descriptor);
      } catch {
        throw new CommandFailure(`${name} could not be written. Check that the disk is not full.`);
      }
    },
    discard: () => unlinkSync(path),
  };
}
