import { errors } from '@nats-io/transport-node';
import { ToriiError } from '@torii/core';
import { ToriiStreamError } from '../errors.ts';

/** Does something with NATS, and says in our words what went wrong. */
export async function inOurWords<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof ToriiError ? error : translate(error);
  }
}

function translate(cause: unknown): ToriiStreamError {
  if (isA(cause, errors.AuthorizationError) || isA(cause, errors.UserAuthenticationExpiredError)) {
    return refused('NATS refused the login: look at `login`, and at what the server expects', cause);
  }
  if (isA(cause, errors.PermissionViolationError)) {
    return refused('NATS forbids this login to use JetStream: it needs $JS.API.> and $KV.> for these buckets', cause);
  }
  if (nameOf(cause) === 'JetStreamNotEnabled' || /jetstream.*not enabled/i.test(messageOf(cause))) {
    return refused('This NATS server, or this account of it, has no JetStream: enable it (nats-server -js)', cause);
  }
  if (/TLS|certificate|self.signed|SSL|secure/i.test(`${messageOf(cause)} ${codeOf(cause)}`)) {
    return refused('No secure connection to NATS: look at `tls`, and whether the server asks for a certificate', cause);
  }
  if (nameOf(cause) === 'JetStreamApiError') {
    const message = 'The bucket cannot be used as a key-value store: look at it with `nats kv info`.';
    return new ToriiStreamError('bucket_unfit', message, { cause });
  }
  return new ToriiStreamError('store_unavailable', 'NATS cannot be reached: is it up, and `servers` right?', { cause });
}

function refused(problem: string, cause: unknown): ToriiStreamError {
  return new ToriiStreamError('store_refused', `${problem}.`, { cause });
}

// NATS wraps one error into another.
function isA(error: unknown, kind: new (...args: never[]) => Error): boolean {
  return error instanceof kind || (error instanceof Error && error.cause !== undefined && isA(error.cause, kind));
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : '';
}

function codeOf(error: unknown): string {
  return error instanceof Error ? String(Reflect.get(error, 'code') ?? '') : '';
}
