import type { Context } from '../../context.ts';
import { readTextOf } from '../../files.ts';

const maxBytes = 100_000;

export interface NamedKey {
  readonly pem: string;
  readonly keyId: string;
}

export async function readKeyFile(context: Context, path: string): Promise<NamedKey> {
  return publicHalfOf(await readTextOf(context, path, maxBytes));
}

/**
 * Returns the public key of an RSA key in PEM form, private or public. The private key is never returned.
 *
 * @throws ToriiConfigError if the text is not an RSA key in PEM form
 */
export async function publicHalfOf(text: string): Promise<NamedKey> {
  const { createStreamSigner, getKeyId } = await import('@torii/streams');
  const isPrivate = /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text);
  const pem = isPrivate ? createStreamSigner({ privateKey: text }).publicKey : text;
  return { pem, keyId: getKeyId(pem) };
}
