import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import { addTokenDecode } from './decode.ts';
import { addTokenMint } from './mint.ts';
import { addTokenVerify } from './verify.ts';
import { addTokenWhy } from './why.ts';

export function addToken(program: Command, context: Context): void {
  const token = program
    .command('token')
    .description('Decode or verify an access token, find out why it is refused, or get one from an emulator.');
  addTokenDecode(token, context);
  addTokenVerify(token, context);
  addTokenWhy(token, context);
  addTokenMint(token, context);
}
