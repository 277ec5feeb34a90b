import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import { addKeysGenerate } from './generate.ts';
import { addKeysJwks } from './jwks.ts';
import { addKeysPublish } from './publish.ts';
import { addKeysRotate } from './rotate.ts';

/** `torii keys`: the key that stream tokens are signed with. */
export function addKeys(program: Command, context: Context): void {
  const keys = program.command('keys').description('Make, show, publish and rotate the key of stream tokens.');
  addKeysGenerate(keys, context);
  addKeysJwks(keys, context);
  addKeysPublish(keys, context);
  addKeysRotate(keys, context);
}
