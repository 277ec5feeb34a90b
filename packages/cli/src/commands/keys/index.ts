import { createPublicKey } from 'node:crypto';
import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import { addToGroup } from '../group.ts';
import { readKeyFile } from './key-file.ts';

export function addKeys(program: Command, context: Context, args: readonly string[]): Promise<void> {
  const keys = program.command('keys').description('Create, show, publish and rotate the key of stream tokens.');
  return addToGroup(keys, context, args, {
    generate: async () => (await import('./generate.ts')).addKeysGenerate,
    jwks: async () => addKeysJwks,
    publish: async () => (await import('./publish.ts')).addKeysPublish,
    rotate: async () => (await import('./rotate.ts')).addKeysRotate,
  });
}

const examples = `
Examples:
  $ torii keys jwks stream.pem > jwks.json
  $ torii keys jwks old.pub.pem new.pub.pem`;

function addKeysJwks(keys: Command, context: Context): void {
  keys
    .command('jwks')
    .description('Write public keys as a JSON Web Key Set (JWKS). For a private key, its public key is written.')
    .argument('<file...>', 'PEM files; - is standard input')
    .addHelpText('after', examples)
    .action(async (files: readonly string[]) => {
      const set = [];
      for (const file of files) {
        const { pem, keyId } = await readKeyFile(context, file);
        const { kty, n, e } = createPublicKey(pem).export({ format: 'jwk' });
        // Copies only the public members of the key, so that private members can never be written.
        set.push({ kty, use: 'sig', alg: 'RS256', kid: keyId, n, e });
      }
      await context.output.write(`${JSON.stringify({ keys: set }, undefined, 2)}\n`);
    });
}
