import { readFile } from 'node:fs/promises';
import { assertOption } from '@torii/core/adapter';

/**
 * Reads a file that an option names.
 *
 * @throws ToriiConfigError without a cause: that would quote the path, and people pass the contents instead
 */
export async function readTextFile(option: string, path: unknown): Promise<string> {
  const isPath = typeof path === 'string' && path !== '';
  assertOption(
    option,
    isPath,
    `is ${path === '' ? 'empty' : 'no path of a file'}: set the variable that you read it from`,
  );
  const isContents = /-----BEGIN|^\s*SU[A-Z2-7]{56}|^\s*eyJ|[\r\n]/.test(path);
  assertOption(
    option,
    !isContents,
    'holds the contents of a file, not a path: write them into a file, and its path here',
  );
  const outcome = await readFile(path, 'utf8').catch((error: unknown) => ({ code: codeOf(error) }));
  assertOption(option, typeof outcome === 'string', `cannot be read: ${Reflect.get(Object(outcome), 'code')}`);
  return outcome;
}

function codeOf(error: unknown): string {
  const code: unknown = Reflect.get(Object(error), 'code');
  return typeof code === 'string' && /^[A-Z_]+$/.test(code) ? code : 'for reasons unknown';
}
