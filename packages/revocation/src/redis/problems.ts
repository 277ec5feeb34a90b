import { isError } from '@torii/core/adapter';
import { loggableCause } from '@torii/core/internal';

/** What to do about an error of the server, by the first word of its message. */
const remedies: Readonly<Record<string, string>> = {
  NOAUTH: 'Redis requires a login. Set the user name and the password in the options of the client',
  WRONGPASS: 'Redis refused the login. Check the user name and the password in the options of the client',
  NOPERM:
    'Redis does not allow this user a command or a key. The documentation of redisFeed lists the rights that it needs',
  READONLY:
    'The client is connected to a replica, which accepts no writes. Connect it to the master, and let it find the new one after a failover (Sentinel, or a host name that follows the master)',
  OOM: 'Redis has reached `maxmemory`. Raise it, or delete other keys',
  MISCONF: 'Redis refuses writes because it cannot save to its disk. Check the log of the server',
  LOADING: 'Redis is loading its data, and answers when that is done',
  MASTERDOWN: 'The replica has lost its master',
  NOREPLICAS: 'Redis refuses writes because too few replicas are connected (`min-replicas-to-write`)',
  WRONGTYPE: 'A key of the feed holds something else. Delete it: its name begins with `torii:revocations:`',
  CLUSTERDOWN: 'The Redis Cluster is down',
  MOVED: 'The server belongs to a Redis Cluster. Pass a Cluster client of ioredis or node-redis',
  BUSY: 'Redis is busy with a script',
};

/** An error whose message says what to do. It is safe to log. */
export function explain(thrown: unknown): Error {
  if (thrown instanceof FeedError) return thrown;
  const cause = loggableCause(thrown);
  const [word = ''] = cause.message.split(' ', 1);
  if (/^The client is closed/.test(cause.message)) {
    return new FeedError('The client is not connected. Call `await client.connect()` first.', { cause });
  }
  const refused = /^ERR/.test(word) ? 'Redis refused a command of the feed. See `cause`' : undefined;
  const remedy = (Object.hasOwn(remedies, word) ? remedies[word] : refused) ?? unreachable;
  return new FeedError(`${remedy}.`, { cause });
}

const unreachable = 'Redis cannot be reached. Check the address, and whether Redis is running';

/** An error with a message of this package. */
export class FeedError extends Error {
  override readonly name = 'RedisFeedError';
}

/** Whether the server answered that the user may not run this command, or that it does not know it. */
export function isForbidden(thrown: unknown): boolean {
  return isError(thrown) && /^(NOPERM|ERR unknown (sub)?command)/.test(thrown.message);
}

/** Whether the server does not write for this user, but may be read. */
export function isWriteRefusal(thrown: unknown): boolean {
  return isError(thrown) && /^(NOPERM|READONLY|OOM|MISCONF|NOREPLICAS)/.test(thrown.message);
}

/** Whether a stream has had an entry with this id or a higher one. */
export function isIdRefusal(thrown: unknown): boolean {
  return isError(thrown) && /^ERR The ID specified in XADD is equal or smaller/.test(thrown.message);
}
