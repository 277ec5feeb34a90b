import { errors } from '@nats-io/transport-node';
import { ToriiError } from '@torii/core';
import { isError } from '@torii/core/adapter';
import { loggableCause, readConnectionFailure } from '@torii/core/internal';
import { ToriiStreamError } from '../errors.ts';

export async function translateErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof ToriiError ? error : translate(error);
  }
}

function translate(cause: unknown): ToriiStreamError {
  if (isOrWraps(cause, errors.AuthorizationError) || isOrWraps(cause, errors.UserAuthenticationExpiredError)) {
    return refused('NATS refused the login. Check `login` against the configuration of the server', cause);
  }
  if (isOrWraps(cause, errors.PermissionViolationError)) {
    return refused(
      'NATS does not allow this login to use JetStream. It needs $JS.API.> and $KV.> for these buckets',
      cause,
    );
  }
  if (nameOf(cause) === 'JetStreamNotEnabled' || /jetstream.*not enabled/i.test(messageOf(cause))) {
    return refused(
      'JetStream is not enabled on this NATS server or for this account. Enable it (nats-server -js)',
      cause,
    );
  }
  const isTls = /TLS|certificate|self.signed|SSL|secure/i.test(`${messageOf(cause)} ${codeOf(cause)}`);
  if (isTls || readConnectionFailure(cause).remedy !== undefined) {
    return refused(
      'The TLS connection to NATS failed. Check `tls`, and whether the server requires a client certificate',
      cause,
    );
  }
  if (nameOf(cause) === 'JetStreamApiError') {
    const message = 'The bucket cannot be used as a key-value store. Inspect it with `nats kv info`.';
    return new ToriiStreamError('bucket_unfit', message, { cause: loggableCause(cause) });
  }
  return new ToriiStreamError(
    'store_unavailable',
    'NATS cannot be reached. Check `servers`, and whether NATS is running.',
    { cause: loggableCause(cause) },
  );
}

function refused(problem: string, cause: unknown): ToriiStreamError {
  return new ToriiStreamError('store_refused', `${problem}.`, { cause: loggableCause(cause) });
}

function isOrWraps(error: unknown, kind: new (...args: never[]) => Error): boolean {
  return error instanceof kind || (isError(error) && error.cause !== undefined && isOrWraps(error.cause, kind));
}

function nameOf(error: unknown): string {
  return isError(error) ? error.name : '';
}

function messageOf(error: unknown): string {
  return isError(error) ? error.message : '';
}

function codeOf(error: unknown): string {
  return isError(error) ? String(Reflect.get(error, 'code') ?? '') : '';
}
