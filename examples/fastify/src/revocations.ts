import { readFile } from 'node:fs/promises';
import { createRevocations, pollFeed, type Revocations } from '@torii/revocation';

const { TORII_ISSUER: issuer, TORII_ENVIRONMENT_ID: environmentId, REVOCATIONS_FILE: file } = process.env;

/**
 * The revoked tokens, from a file that all servers on this machine read. With several machines, use `redisFeed` or `natsFeed`
 * instead of `pollFeed`. Without the file, a token of a banned user is accepted until it expires.
 */
export const options: { readonly revocations?: Revocations } =
  file === undefined ? {} : { revocations: createRevocations({ issuer, environmentId, feed: fileFeed(file) }) };

function fileFeed(path: string) {
  const read = async () => (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');
  return pollFeed({ read, everyMs: 250 });
}
