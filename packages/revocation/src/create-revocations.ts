import { RepeatWatch } from '@torii/core/internal';
import { Engine } from './engine.ts';
import type { RevocationOptions } from './options.ts';
import type { Revocations } from './revocations.ts';
import { readSettings } from './settings.ts';

const watch = new RepeatWatch(
  (subject) =>
    `createRevocations was called 5 times within a minute for ${subject}. Each one reads the whole feed and keeps its own timers. Create it once, outside of the request handler. In Next: sharedRevocations(() => createRevocations({ … })).`,
);

/**
 * Creates the revocations of one environment. Begins to read the feed.
 * @example
 * const revocations = createRevocations({ issuer, environmentId, feed: redisFeed(redis) });
 * const verifier = createVerifier({ issuer, revocations });
 * @throws ToriiConfigError if an option is wrong. The message says what to write.
 */
export function createRevocations(options: RevocationOptions): Revocations;
export function createRevocations(options: RevocationOptions, unexpected?: unknown): Revocations {
  const engine = new Engine(readSettings(options, unexpected));
  const { issuer, environmentId, maxTokenSeconds } = engine.settings;
  watch.note(`${issuer}, environment ${environmentId}`);
  return Object.freeze({
    issuer,
    environmentId,
    maxTokenSeconds,
    check: (token) => engine.check(token),
    revokeUser: (userId, given) => engine.revokeUser(userId, given),
    revokeImpersonator: (userId, given) => engine.revokeImpersonator(userId, given),
    revokeEnvironment: (given) => engine.revokeEnvironment(given),
    revokeToken: (token) => engine.revokeToken(token),
    untilRevoked: (auth, given) => engine.untilRevoked(auth, given),
    ready: (given) => engine.ready(given),
    health: () => engine.health(),
    list: () => engine.list(),
    close: () => engine.close(),
  } satisfies Revocations);
}
