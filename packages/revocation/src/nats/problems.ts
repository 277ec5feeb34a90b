import { ToriiConfigError } from '@torii/core';
import { isError } from '@torii/core/adapter';
import { innermostProblem, loggableCause } from '@torii/core/internal';

const streamNotFoundCode = 10059;
const nameTakenCode = 10058;
const conflictCodes = new Set([10071, 10164]);

/** Its message says what to do. It has no `cause`, because events show only the innermost message of an error. */
export class NatsProblem extends Error {
  override readonly name = 'NatsProblem';
}

/** Recognizes errors by their name, because an app may have several copies of the client. */
export function explain(cause: unknown): Error {
  if (cause instanceof NatsProblem || cause instanceof ToriiConfigError) return cause;
  return new NatsProblem(`${describe(cause)}. The NATS client says: ${innermostProblem(loggableCause(cause))}`);
}

function describe(error: unknown): string {
  if (isNamed(error, 'ClosedConnectionError', 'DrainingConnectionError')) return closedProblem;
  if (isNamed(error, 'AuthorizationError', 'UserAuthenticationExpiredError')) {
    return 'NATS refused the login. Check the credentials that you pass to connect()';
  }
  if (isNamed(error, 'PermissionViolationError')) {
    return 'NATS does not allow this login to use the bucket. It must be allowed to publish to $JS.API.>, $JS.FC.> and $KV.>, and to subscribe to _INBOX.>';
  }
  if (isNamed(error, 'TimeoutError'))
    return 'NATS has not answered in time. Check whether the server is running and not overloaded';
  if (isMissingBucket(error)) return 'The bucket does not exist';
  if (hasNoResponder(error)) {
    return 'JetStream did not respond. Enable it (nats-server -js), or wait until it has started';
  }
  const message = messageOf(error);
  if (/replicas/i.test(message))
    return 'NATS cannot keep that many replicas. Set `replicas` to the size of the cluster or less';
  if (/exceeded|insufficient|no suitable peers|storage/i.test(message)) {
    return 'JetStream is out of storage, or a limit of the account or bucket is reached. Raise the limit, or free storage';
  }
  if (isNamed(error, 'JetStreamApiError', 'JetStreamError')) {
    return 'JetStream refused the request. Inspect the bucket with `nats kv info`';
  }
  return 'NATS cannot be reached. Check the connection, and whether the server is running';
}

export const closedProblem =
  'The NATS connection is closed. Pass maxReconnectAttempts: -1 to connect(), so that it outlives long outages, and restart this process';

export function isMissingBucket(error: unknown): boolean {
  return codeOf(error) === streamNotFoundCode;
}

/** Whether another process has just created the bucket. */
export function isNameTaken(error: unknown): boolean {
  return codeOf(error) === nameTakenCode;
}

/** Whether another value was written since the revision that was expected. */
export function isConflict(error: unknown): boolean {
  return conflictCodes.has(codeOf(error));
}

/** Whether nothing listens: the bucket does not exist, or JetStream is not enabled or has not started yet. */
export function hasNoResponder(error: unknown): boolean {
  return isNamed(error, 'JetStreamNotEnabled', 'NoRespondersError');
}

function isNamed(error: unknown, ...names: readonly string[]): boolean {
  if (!isError(error)) return false;
  return names.includes(error.name) || (error.cause !== undefined && isNamed(error.cause, ...names));
}

function messageOf(error: unknown): string {
  return isError(error) ? error.message : '';
}

function codeOf(error: unknown): number {
  return isError(error) ? Number(Reflect.get(error, 'code')) : Number.NaN;
}
