// What an event says about a user. docs/webhooks.md, "Revoke tokens", says what must be announced then.
import fc from 'fast-check';
import { spans } from '../../world/fleet.ts';
import type { WebhookPlan } from './plan.ts';

export interface Story {
  readonly type: 'user.banned' | 'user.deleted' | 'session.revoked' | 'user.unbanned';
  readonly user: 'usual' | 'empty' | 'a number' | 'missing';
  readonly environment: 'usual' | 'other' | 'missing';
  /** When it happened, in milliseconds after it is sent first. `null`: in 1970. */
  readonly createdAfterMs: number | null;
  /** What the feed of revocations does meanwhile. */
  readonly feed: FeedFault | null;
}

export interface FeedFault {
  /** `sleeps`: not the feed, but the process that announces. */
  readonly fault: 'fails' | 'hangs' | 'is slow' | 'sleeps';
  readonly forMs: number;
  /** How long it takes, or the process sleeps. */
  readonly afterMs: number;
}

const feedFaults: fc.Arbitrary<FeedFault> = fc.record({
  fault: fc.constantFrom('fails', 'hangs', 'is slow', 'is slow', 'sleeps'),
  forMs: spans(60_000),
  afterMs: fc.constant(0),
});

export const stories: fc.Arbitrary<Story> = fc.record({
  type: fc.constantFrom('user.banned', 'user.banned', 'user.deleted', 'session.revoked', 'user.unbanned'),
  user: fc.constantFrom('usual', 'usual', 'usual', 'usual', 'usual', 'usual', 'empty', 'a number', 'missing'),
  environment: fc.constantFrom('usual', 'usual', 'missing', 'missing', 'other'),
  createdAfterMs: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom<(number | null)[]>(0, 0, -1_000, -7_200_000, 86_400_000, null) },
    { weight: 1, arbitrary: fc.integer({ min: 58_000, max: 62_000 }) },
  ),
  feed: fc.option(feedFaults, { nil: null, freq: 2 }),
});

export const environmentId = 'env_own';

export function dataOf({ type, user, environment }: Story, number: number): Readonly<Record<string, unknown>> {
  const id = { usual: `user${number}`, empty: '', 'a number': number, missing: undefined }[user];
  const about = { usual: environmentId, other: 'env_other', missing: undefined }[environment];
  return {
    ...(type === 'session.revoked' ? { id: `session${number}`, userId: id } : { id }),
    environmentId: about,
    n: number,
  };
}

export interface Expected {
  readonly userId: string | undefined;
  /** Why it cannot be announced. */
  readonly why: 'user_id_unusable' | 'other_environment' | undefined;
}

/** What a receiver must do with an event, besides calling the handler. `undefined`: nothing. */
export function expectedOf(story: Story | null, number: number, plan: WebhookPlan): Expected | undefined {
  if (story === null || plan.announcer === null || story.type === 'user.unbanned') return undefined;
  if (story.type === 'session.revoked' && !plan.announcer.announcesSessions) return undefined;
  if (story.user !== 'usual') return { userId: undefined, why: 'user_id_unusable' };
  if (story.environment === 'other') return { userId: undefined, why: 'other_environment' };
  return { userId: `user${number}`, why: undefined };
}

/** Up to which moment tokens are revoked: that of the event, unless it is impossible. */
export function momentOf(createdMs: number, signedMs: number): number {
  return createdMs >= Date.UTC(2000, 0) && createdMs <= signedMs + 60_000 ? createdMs : signedMs;
}
