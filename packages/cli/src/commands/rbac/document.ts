import type { Context } from '../../context.ts';
import { UsageError } from '../../failures.ts';
import { readTextOf } from '../../files.ts';
import { requirePackages } from '../../optional-package.ts';

/** A document may hold 500,000 permissions. */
const maxBytes = 32_000_000;

/** The package that knows about roles. @throws CommandFailure where it is not installed */
export async function loadAuthz(command: string): Promise<typeof import('@torii/authz')> {
  requirePackages(command, ['@torii/authz']);
  return import('@torii/authz');
}

/** The text of a document; what is wrong with it is for authz to say. */
export function readDocument(context: Context, file: string): Promise<string> {
  return readTextOf(context, file, maxBytes);
}

/**
 * A JSON object from a file.
 *
 * @throws UsageError for anything else, without quoting it
 */
export async function readJsonObject(
  context: Context,
  file: string,
  what: string,
): Promise<Readonly<Record<string, unknown>>> {
  const problem = new UsageError(`${file} does not hold ${what}, a JSON object.`);
  let value: unknown;
  try {
    value = JSON.parse(await readTextOf(context, file, maxBytes));
  } catch (error) {
    throw error instanceof SyntaxError ? problem : error;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw problem;
  return value as Readonly<Record<string, unknown>>;
}
