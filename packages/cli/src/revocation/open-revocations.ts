import { setTimeout as sleep } from 'node:timers/promises';
import { ToriiConfigError } from '@torii/core';
import type { RevocationEvent, RevocationFeed, Revocations } from '@torii/revocation';
import type { Context } from '../context.ts';
import { describeFailure } from '../failure-text.ts';
import { CommandFailure, UsageError } from '../failures.ts';
import { type RevocationSettings, revocationSettingsFrom, type StoreOptions } from './settings.ts';
import { openStoreClient } from './store-client.ts';
import { describeStoreProblem, isConclusive } from './store-problem.ts';
import { isSigned, watchFeed } from './watched-feed.ts';

export interface OpenedRevocations {
  readonly revocations: Revocations;
  /** The URL of the store, without its login. */
  readonly shown: string;
  /** Whether the store held nothing of this issuer and environment. */
  readonly wasEmpty: boolean;
  /** @throws CommandFailure if your servers would ignore what is announced with these signing keys */
  demandSameKeys(): void;
}

interface Wishes {
  readonly onEvent?: (event: RevocationEvent) => void;
  /** Called after entries of the store were read. */
  readonly onReceived?: () => void;
}

/** The longest wait for the store, in milliseconds. */
const timeoutMs = 5_000;
/** How long to wait for the snapshot after a problem was reported. A replica, for example, reports one and can be read. */
const graceMs = 1_000;

/**
 * Reads all revocations from the store, runs `work` with them, and closes the store.
 *
 * @throws UsageError if a setting is wrong
 * @throws CommandFailure if the store cannot be reached or refuses
 */
export async function withRevocations<T>(
  context: Context,
  options: StoreOptions,
  work: (opened: OpenedRevocations) => Promise<T>,
  wishes: Wishes = {},
): Promise<T> {
  const settings = revocationSettingsFrom(context, options);
  const { shown } = settings.address;
  const seen = { ignored: new Map<string, number>(), wasEmpty: false, hasSigned: false };
  const first = firstProblem();
  const client = await openStoreClient(context, settings, timeoutMs);
  try {
    const feed = watchFeed(client.feed, (texts) => {
      seen.hasSigned ||= texts.some(isSigned);
      wishes.onReceived?.();
    });
    const revocations = await createWith(context, settings, feed, onEvent);
    try {
      await untilReady(context, revocations, shown, first.promise);
      warnOfIgnored(context, seen.ignored);
      const hasOtherKeys =
        settings.signingKeys === undefined
          ? seen.hasSigned
          : seen.ignored.has('signature') && revocations.health().entries === 0;
      return await work({
        revocations,
        shown,
        wasEmpty: seen.wasEmpty,
        demandSameKeys: () => demandKeys(!hasOtherKeys),
      });
    } finally {
      await revocations.close();
    }
  } finally {
    await client.close();
  }

  function onEvent(event: RevocationEvent): void {
    if (event.type === 'feed_failed') first.report(event.cause);
    if (event.type === 'feed_reset') seen.wasEmpty = true;
    if (event.type === 'entries_ignored') seen.ignored.set(event.why, event.entries);
    wishes.onEvent?.(event);
  }
}

async function createWith(
  context: Context,
  { issuer, environmentId, maxTokenSeconds, signingKeys }: RevocationSettings,
  feed: RevocationFeed,
  onEvent: (event: RevocationEvent) => void,
): Promise<Revocations> {
  const { createRevocations } = await import('@torii/revocation');
  try {
    return createRevocations({
      issuer,
      environmentId,
      feed,
      announceTimeoutMs: timeoutMs,
      onEvent,
      ...(maxTokenSeconds !== undefined && { maxTokenSeconds }),
      ...(signingKeys !== undefined && { signingKeys }),
    });
  } catch (error) {
    throw inStoreWords(context, error);
  }
}

/** `token verify` calls the same option `--environment`. */
function inStoreWords(context: Context, error: unknown): unknown {
  if (!(error instanceof ToriiConfigError)) return error;
  const { text } = describeFailure(error, context.env);
  return new UsageError(text.replace(/--environment(?![\w-])/g, '--environment-id (TORII_ENVIRONMENT_ID)'));
}

async function untilReady(
  context: Context,
  revocations: Revocations,
  shown: string,
  firstProblem: Promise<Error>,
): Promise<void> {
  const limit = AbortSignal.timeout(timeoutMs);
  const ready = revocations.ready({ signal: AbortSignal.any([context.signal, limit]) }).then(
    () => undefined,
    (error: unknown) => {
      context.signal.throwIfAborted();
      if (limit.aborted) return new Error(`no answer within ${timeoutMs / 1000} s`);
      throw inStoreWords(context, error);
    },
  );
  const first = await Promise.race([ready, firstProblem]);
  if (first === undefined) return;
  const last = isConclusive(first) ? first : await Promise.race([ready, sleep(graceMs, first)]);
  if (last !== undefined) throw new CommandFailure(describeStoreProblem(shown, last));
  context.output.say(describeStoreProblem(shown, first));
}

function warnOfIgnored({ output }: Context, ignored: ReadonlyMap<string, number>): void {
  const count = (why: string): number => ignored.get(why) ?? 0;
  if (count('signature') > 0) {
    output.say(
      `The store has entries that are not signed with your keys: ${count('signature')}. They are left out. Set ` +
        'TORII_REVOCATIONS_SIGNING_KEYS to the signingKeys of your servers.',
    );
  }
  if (count('version') > 0)
    output.say(`The store has entries of a newer version: ${count('version')}. Update @torii/cli to see them.`);
  const others = ['malformed', 'foreign', 'future'].reduce((sum, why) => sum + count(why), 0);
  if (others > 0) output.say(`The store has entries that your servers ignore, because they are not valid: ${others}.`);
}

function demandKeys(isKnown: boolean): void {
  if (isKnown) return;
  throw new CommandFailure(
    'The entries of the store are signed with other keys, so your servers would ignore this one. Nothing was announced. Set ' +
      'TORII_REVOCATIONS_SIGNING_KEYS to the signingKeys of your servers.',
  );
}

function firstProblem(): { readonly promise: Promise<Error>; report(problem: Error): void } {
  let report: (problem: Error) => void = () => {};
  const promise = new Promise<Error>((resolve) => {
    report = resolve;
  });
  return { promise, report: (problem) => report(problem) };
}
