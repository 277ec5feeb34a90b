import { readPem } from '@torii/core/internal';
import type { Context } from '../../context.ts';
import { readTextOf, standardInput } from '../../files.ts';
import { printable } from '../../output/printable.ts';

const maxBytes = 100_000;

export interface NamedKey {
  readonly pem: string;
  readonly keyId: string;
}

export async function readKeyFile(context: Context, path: string): Promise<NamedKey> {
  return publicHalfOf(await readTextOf(context, path, maxBytes), path === '-' ? standardInput : printable(path));
}

/**
 * Returns the public key of an RSA key in PEM form, private or public. The private key is never returned.
 *
 * @param source The file or variable of the text, for error messages.
 * @throws ToriiConfigError if the text is not an RSA key in PEM form
 */
export async function publicHalfOf(text: string, source: string): Promise<NamedKey> {
  const { createStreamSigner, getKeyId } = await import('@torii/streams');
  const key = readPem(source, text, 'either', 'Use an RSA key as PEM');
  const pem = key.half === 'private' ? createStreamSigner({ privateKey: key.pem }).publicKey : key.pem;
  return { pem, keyId: getKeyId(pem) };
}
