import { ToriiConfigError } from '@torii/core';
import type { Send } from './link.ts';
import { FeedError } from './problems.ts';
import { readInfo } from './replies.ts';
import { ignoreForbidden } from './view.ts';

/**
 * Checks the version and the settings of a server.
 *
 * @returns a problem that does not keep the feed from working
 * @throws ToriiConfigError if the server is too old
 */
export async function checkServer(send: Send): Promise<FeedError | undefined> {
  const info = readInfo(await send(['info']).catch(ignoreForbidden));
  const [version, major, minor] = /^(\d+)\.(\d+)[.\d]*/.exec(info.get('redis_version') ?? '') ?? [];
  if (Number(major) < 6 || (Number(major) === 6 && Number(minor) < 2)) {
    throw new ToriiConfigError(
      'client',
      `\`client\` is connected to Redis ${version}. The feed needs Redis 6.2 or Valkey.`,
    );
  }
  const policy = info.get('maxmemory_policy') ?? '';
  if (!policy.startsWith('allkeys') || (info.get('maxmemory') ?? '0') === '0') return undefined;
  return new FeedError(
    `Redis may delete the revocations when its memory is full: its maxmemory-policy is ${policy}. Set it to noeviction or volatile-lru, or use another server.`,
  );
}
