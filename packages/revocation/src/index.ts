export type {
  Actor,
  Auth,
  Claims,
  FailedAnnouncement,
  Organization,
  RevocableToken,
  RevocationAnnouncer,
  RevocationMoment,
  RevocationSource,
  RevocationVerdict,
} from '@torii/core';
export { ToriiConfigError, ToriiError, ToriiRevocationError } from '@torii/core';
export { createRevocations } from './create-revocations.ts';
export type { RevocationEvent, RevocationEventListener, RevocationKind } from './events.ts';
export type { FeedConnection, FeedEntry, FeedInstant, FeedReader, RevocationFeed } from './feed.ts';
export { memoryFeed } from './memory-feed.ts';
export type { RevocationOptions } from './options.ts';
export { type PollFeed, pollFeed } from './poll-feed.ts';
export type { PollFeedOptions, PollQuery, PollResult, PollSnapshot, PollWriteOptions } from './poll-options.ts';
export type { EndReason, RevocationHealth, RevocationRecord, Revocations } from './revocations.ts';
export { sharedRevocations } from './shared-revocations.ts';
