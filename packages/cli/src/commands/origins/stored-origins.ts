import type { ToriiClient } from '@torii/api';
import type { Context } from '../../context.ts';
import { CommandFailure } from '../../failures.ts';
import { type FormOptions, formOf, writeRecords } from '../../output/records.ts';
import { originOf } from './origin.ts';

export async function readOrigins(client: ToriiClient, signal: AbortSignal): Promise<readonly string[]> {
  return demandOrigins(await client.allowedOrigins.get({ signal }));
}

export async function replaceOrigins(
  client: ToriiClient,
  origins: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  return demandOrigins(await client.allowedOrigins.replace({ origins }, { signal }));
}

/** Whether two texts are one origin: case and a default port make no difference. */
export function isSameOrigin(one: string, other: string): boolean {
  return (originOf(one) ?? one) === (originOf(other) ?? other);
}

export async function writeOrigins(
  { output }: Context,
  options: FormOptions,
  origins: readonly string[],
): Promise<void> {
  const columns = [{ title: 'origin', value: (origin: string) => origin }];
  await writeRecords(output, formOf(options), columns, origins, { whenEmpty: 'No origins are allowed.' });
}

function demandOrigins(response: unknown): readonly string[] {
  const { origins }: { readonly origins?: unknown } = Object(response);
  if (Array.isArray(origins) && origins.every((origin) => typeof origin === 'string')) return origins;
  throw new CommandFailure('The response has no list of origins. Check that TORII_API_URL is the URL of Torii’s API.');
}
