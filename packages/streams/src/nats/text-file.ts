import { readFile } from 'node:fs/promises';
import { assertOption, decodeText } from '@torii/core/internal';

// Reads a file that a person wrote. Line breaks become LF and a byte order mark is removed: the NATS client and OpenSSL
// would read them as part of a seed or of a PEM line. Throws an error without a `cause`: errors of node:fs
// quote the path, and the caller may have passed a secret instead of a path.
export async function readTextFile(option: string, path: unknown): Promise<string> {
  const isPath = typeof path === 'string' && path !== '';
  assertOption(
    option,
    isPath,
    `is ${path === '' ? 'empty' : 'not a string'}. Set the environment variable that it is read from`,
  );
  const isContents = /-----BEGIN|^\s*SU[A-Z2-7]{56}|^\s*eyJ|[\r\n]/.test(path);
  assertOption(option, !isContents, 'contains the contents of a file. Write them to a file, and pass its path');
  const outcome = await readFile(path).catch((error: unknown) => ({ code: codeOf(error) }));
  assertOption(option, !('code' in outcome), `cannot be read: ${Reflect.get(Object(outcome), 'code')}`);
  const reading = decodeText(outcome);
  assertOption(option, 'text' in reading, 'problem' in reading ? reading.problem : '');
  return reading.text.replace(/\r\n?/g, '\n');
}

function codeOf(error: unknown): string {
  const code: unknown = Reflect.get(Object(error), 'code');
  return typeof code === 'string' && /^[A-Z_]+$/.test(code) ? code : 'unknown error';
}
