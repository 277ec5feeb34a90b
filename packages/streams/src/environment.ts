import { ToriiConfigError } from '@torii/core';

/** What the environment says, as `createStreamSigner`, `publishPublicKey` and `createRotation` want it. */
export interface StreamEnvironment {
  readonly privateKey: string | undefined;
  readonly publicKey: string | undefined;
  readonly issuer: string | undefined;
  /** Undefined where the gateway's own names will do. */
  readonly slot: { readonly bucket: string | undefined; readonly key: string | undefined };
}

/**
 * Reads the variables that Turbocable's other libraries read: `TURBOCABLE_JWT_PRIVATE_KEY`, `TURBOCABLE_JWT_PUBLIC_KEY`,
 * `TURBOCABLE_JWT_ISSUER`, `TURBOCABLE_JWT_KV_BUCKET`, `TURBOCABLE_JWT_KV_KEY`. Nothing else here reads the environment,
 * and nothing calls this but you.
 *
 * @throws ToriiConfigError for a variable that is set to nothing
 */
export function readStreamEnvironment(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): StreamEnvironment {
  const read = (name: string): string | undefined => {
    const value = environment[name];
    if (value === undefined || value.trim() !== '') return value;
    throw new ToriiConfigError(
      name,
      `The environment variable ${name} is set to nothing. Give it a value, or unset it.`,
    );
  };
  return {
    privateKey: read('TURBOCABLE_JWT_PRIVATE_KEY'),
    publicKey: read('TURBOCABLE_JWT_PUBLIC_KEY'),
    issuer: read('TURBOCABLE_JWT_ISSUER'),
    slot: { bucket: read('TURBOCABLE_JWT_KV_BUCKET'), key: read('TURBOCABLE_JWT_KV_KEY') },
  };
}
