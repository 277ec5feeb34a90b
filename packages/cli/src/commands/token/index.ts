import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import { addTokenDecode } from './decode.ts';
import { addTokenVerify } from './verify.ts';
import { addTokenWhy } from './why.ts';

export function addToken(program: Command, context: Context): void {
  const token = program
    .command('token')
    .description('Decode or verify an access token, or find out why it is refused.');
  addTokenDecode(token, context);
  addTokenVerify(token, context);
  addTokenWhy(token, context);
}
