import type { Command } from 'commander';
import type { Context } from '../context.ts';
export function addDev(program: Command, _context: Context): void {
  program.command('dev');
}
