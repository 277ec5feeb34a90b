import { type Reason, ToriiError } from '@torii/core';

const prefix = 'torii.';

export function writeDigest<E>(error: E): E {
  const reason: unknown = error instanceof ToriiError ? Reflect.get(error, 'reason') : undefined;
  if (typeof reason === 'string') Object.assign(error as object, { digest: prefix + reason });
  return error;
}

export function readDigest(digest: unknown): Reason | undefined {
  if (typeof digest !== 'string' || !digest.startsWith(prefix)) return undefined;
  return digest.slice(prefix.length) as Reason;
}
