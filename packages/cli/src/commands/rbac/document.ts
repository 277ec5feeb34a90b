import { isError } from '@torii/core/adapter';
import type { Context } from '../../context.ts';
import { UsageError } from '../../failures.ts';
import { readTextOf } from '../../files.ts';
import { requirePackages } from '../../optional-package.ts';

/** The maximum size of a file in bytes. Enough for a document with 500,000 permissions. */
const maxBytes = 32_000_000;

export async function loadAuthz(command: string): Promise<typeof import('@torii/authz')> {
  requirePackages(command, ['@torii/authz']);
  return import('@torii/authz');
}

export function readDocument(context: Context, file: string): Promise<string> {
  return readTextOf(context, file, maxBytes);
}

/**
 * Reads a JSON object from a file.
 *
 * @throws UsageError if the file holds anything else. The message does not quote it, because it could hold a secret.
 */
export async function readJsonObject(
  context: Context,
  file: string,
  what: string,
): Promise<Readonly<Record<string, unknown>>> {
  const problem = new UsageError(`${file} must contain ${what} as a JSON object.`);
  let value: unknown;
  try {
    value = JSON.parse(await readTextOf(context, file, maxBytes));
  } catch (error) {
    throw isError(error) && error.name === 'SyntaxError' ? problem : error;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw problem;
  return value as Readonly<Record<string, unknown>>;
}
