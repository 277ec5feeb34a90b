import { ToriiConfigError } from '@torii/core';

/** Settings from environment variables. Pass them as options to the functions of this package. */
export interface StreamEnvironment {
  readonly privateKey: string | undefined;
  readonly publicKey: string | undefined;
  readonly issuer: string | undefined;
  /** The store entry that the gateway reads its key from. `undefined` means the gateway's default. */
  readonly slot: { readonly bucket: string | undefined; readonly key: string | undefined };
}

/**
 * Reads the environment variables that the other libraries of Turbocable, the stream gateway, also use:
 * `TURBOCABLE_JWT_PRIVATE_KEY`, `TURBOCABLE_JWT_PUBLIC_KEY`, `TURBOCABLE_JWT_ISSUER`, `TURBOCABLE_JWT_KV_BUCKET` and
 * `TURBOCABLE_JWT_KV_KEY`. No other function of this package reads the environment.
 *
 * @param environment Defaults to `process.env`.
 * @throws ToriiConfigError for a variable that is set but empty
 */
export function readStreamEnvironment(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): StreamEnvironment {
  const read = (name: string): string | undefined => {
    const value = environment[name];
    if (value === undefined || value.trim() !== '') return value;
    throw new ToriiConfigError(
      name,
      `The environment variable ${name} is set but empty. Give it a value, or unset it.`,
    );
  };
  return {
    privateKey: read('TURBOCABLE_JWT_PRIVATE_KEY'),
    publicKey: read('TURBOCABLE_JWT_PUBLIC_KEY'),
    issuer: read('TURBOCABLE_JWT_ISSUER'),
    slot: { bucket: read('TURBOCABLE_JWT_KV_BUCKET'), key: read('TURBOCABLE_JWT_KV_KEY') },
  };
}
