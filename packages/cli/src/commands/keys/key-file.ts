import type { Context } from '../../context.ts';
import { readTextOf } from '../../files.ts';

const maxBytes = 100_000;

/** A public key that somebody named, and what it is called in tokens. */
export interface NamedKey {
  /** SPKI. */
  readonly pem: string;
  readonly keyId: string;
}

/** The public half of a key in a file; `-` is standard input. */
export async function readKeyFile(context: Context, path: string): Promise<NamedKey> {
  return publicHalfOf(await readTextOf(context, path, maxBytes));
}

/**
 * The public half of an RSA key, whichever half is given. What is private stays in here.
 *
 * @throws ToriiConfigError for what is no such key, saying what it is and what to do
 */
export async function publicHalfOf(text: string): Promise<NamedKey> {
  const { createStreamSigner, getKeyId } = await import('@torii/streams');
  const isPrivate = /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text);
  const pem = isPrivate ? createStreamSigner({ privateKey: text }).publicKey : text;
  return { pem, keyId: getKeyId(pem) };
}
