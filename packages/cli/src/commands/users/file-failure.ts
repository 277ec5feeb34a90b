import { CommandFailure } from '../../failures.ts';
import { printable } from '../../output/printable.ts';

/** What a person is told of a file that cannot be read or written. Other errors stay what they are. */
export function fileFailure(error: unknown, file: string): unknown {
  const code = codeOf(error);
  if (!/^E[A-Z]+$/.test(code)) return error;
  return new CommandFailure(`${printable(file)}: ${reasons[code] ?? `the system says ${code}.`}`, { cause: error });
}

export function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : '';
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'there is no right to do that. Choose another folder, or ask for the right.',
  EISDIR: 'is a folder. Name a file.',
  ENOENT: 'is not there. Is the path right?',
  ENOSPC: 'the disk is full. Make room.',
  EDQUOT: 'your share of the disk is full. Make room.',
  EROFS: 'the disk can only be read. Choose another folder.',
};
