import { type Reason, ToriiError } from '@torii/core';

const prefix = 'torii.';
const pattern = /^torii\.([a-z_]+)$/;

/** The text that carries a reason to the browser: as the digest of an error, or as the answer to a refused server action. */
export function writeReason(reason: Reason): string {
  return prefix + reason;
}

export function writeDigest<E>(error: E): E {
  const reason: unknown = error instanceof ToriiError ? Reflect.get(error, 'reason') : undefined;
  if (typeof reason === 'string') Object.assign(error as object, { digest: prefix + reason });
  return error;
}

export function readReason(text: unknown): Reason | undefined {
  const reason = typeof text === 'string' ? pattern.exec(text)?.[1] : undefined;
  return reason as Reason | undefined;
}
