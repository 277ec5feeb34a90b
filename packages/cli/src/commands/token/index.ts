import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import { addToGroup } from '../group.ts';

export function addToken(program: Command, context: Context, args: readonly string[]): Promise<void> {
  const token = program
    .command('token')
    .description('Decode or verify an access token, find out why it is refused, or get one from an emulator.');
  return addToGroup(token, context, args, {
    decode: async () => (await import('./decode.ts')).addTokenDecode,
    verify: async () => (await import('./verify.ts')).addTokenVerify,
    why: async () => (await import('./why.ts')).addTokenWhy,
    mint: async () => (await import('./mint.ts')).addTokenMint,
  });
}
