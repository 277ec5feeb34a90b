import {
  assertNoKey,
  assertNoSecond,
  emitterFor,
  listTexts,
  type Options,
  problemOfIssuer,
  readChoice,
  readFunction,
  readKnownOptions,
  readNumber,
  readText,
  readWhole,
  withoutTrailingSlash,
  wrongOption,
  wrongValue,
} from '@torii/core/internal';
import { channelOf } from './entries/entry.ts';
import { EntryText } from './entries/entry-text.ts';
import { Signatures } from './entries/signatures.ts';
import type { RevocationEventListener } from './events.ts';
import type { RevocationFeed } from './feed.ts';
import type { LivenessSettings } from './liveness.ts';
import type { RevocationOptions } from './options.ts';

export interface Settings extends LivenessSettings {
  /** Without a slash at the end. */
  readonly issuer: string;
  readonly environmentId: string;
  readonly channel: string;
  readonly feed: RevocationFeed;
  readonly maxTokenSeconds: number;
  /** How long an entry is kept after its cut-off. */
  readonly lifeSeconds: number;
  readonly maxEntries: number;
  readonly announceTimeoutMs: number;
  readonly text: EntryText;
  readonly emit: RevocationEventListener;
}

const optionNames = [
  'issuer',
  'environmentId',
  'feed',
  'maxTokenSeconds',
  'maxStaleSeconds',
  'whenStale',
  'beforeFirstSnapshot',
  'waitMs',
  'maxEntries',
  'signingKeys',
  'announceTimeoutMs',
  'onEvent',
] as const;

type OptionValues = Options<(typeof optionNames)[number]>;

const hints = {
  issuer: 'iss domain url',
  environmentId: 'projectid appid pid environment',
  feed: 'store redis nats client',
  signingKeys: 'secret secrets signingkey hmac keys',
  maxTokenSeconds: 'ttl retention maxage',
};

/** Twice the largest clock tolerance of a verifier. */
const toleranceSeconds = 600;

export function readSettings(given: RevocationOptions, unexpected: unknown): Settings {
  assertNoSecond('createRevocations', unexpected);
  const example = 'createRevocations({ issuer, environmentId, feed: memoryFeed() })';
  const options = readKnownOptions(given, optionNames, example, 'options', hints);
  const [issuer, environmentId] = [readIssuer(options), readEnvironmentId(options)];
  const maxTokenSeconds = readWhole(options, 'maxTokenSeconds', { from: 60, to: 86_400, absent: 3600 });
  const maxStaleMs = readNumber(options, 'maxStaleSeconds', { from: 5, to: 86_400, absent: 300 }) * 1000;
  return {
    issuer,
    environmentId,
    channel: channelOf(issuer, environmentId),
    feed: readFeed(options),
    maxTokenSeconds,
    lifeSeconds: maxTokenSeconds + toleranceSeconds,
    maxStaleMs,
    // Several proofs may get lost before the feed counts as stale.
    silenceMs: Math.min(10_000, maxStaleMs / 4),
    whenStale: readChoice(options, 'whenStale', ['refuse', 'accept']),
    beforeFirstSnapshot: readChoice(options, 'beforeFirstSnapshot', ['refuse', 'accept']),
    waitMs: readNumber(options, 'waitMs', { from: 0, to: 30_000, absent: 2_000 }),
    maxEntries: readWhole(options, 'maxEntries', { from: 100, to: 10_000_000, absent: 1_000_000 }),
    announceTimeoutMs: readNumber(options, 'announceTimeoutMs', { from: 100, to: 60_000, absent: 5_000 }),
    text: new EntryText(issuer, environmentId, new Signatures(readSigningKeys(options))),
    emit: emitterFor(readFunction<RevocationEventListener>(options, 'onEvent')),
  };
}

function readIssuer(options: OptionValues): string {
  const example = "issuer: 'https://acme.torii.so'";
  const remedy = `${example}, or set the environment variable that you read it from`;
  const issuer = readText({ issuer: undefined, ...options }, 'issuer', remedy) ?? '';
  const problem = problemOfIssuer(issuer);
  if (problem !== undefined) throw wrongOption('issuer', `${problem}. Write ${example}`);
  return withoutTrailingSlash(issuer);
}

function readEnvironmentId(options: OptionValues): string {
  const example = "environmentId: 'the id that the dashboard shows'";
  const remedy = `${example}, or set the environment variable that you read it from`;
  const id = readText({ environmentId: undefined, ...options }, 'environmentId', remedy) ?? '';
  assertNoKey('environmentId', id, example);
  if (/[\s,;/]|\p{Cc}/u.test(id) || id.length > 256)
    throw wrongOption('environmentId', `must be an id. Write ${example}`);
  return id;
}

function readFeed(options: OptionValues): RevocationFeed {
  const { feed } = options;
  const example = 'feed: redisFeed(redis), natsFeed(connection), pollFeed({ read, write }) or memoryFeed()';
  if (typeof feed !== 'object' || feed === null || typeof Reflect.get(feed, 'open') !== 'function') {
    throw wrongValue('feed', 'a feed', feed, example);
  }
  return feed as RevocationFeed;
}

function readSigningKeys(options: OptionValues): readonly string[] {
  if (!('signingKeys' in options)) return [];
  const example = 'signingKeys: [process.env.REVOCATION_KEY]';
  const keys = listTexts(options, 'signingKeys', `${example}, or leave it out`);
  if (!Array.isArray(options.signingKeys)) throw wrongValue('signingKeys', 'a list', options.signingKeys, example);
  if (keys.some((key) => key.length < 32))
    throw wrongOption(
      'signingKeys',
      'has a key with fewer than 32 characters. Write random ones: `openssl rand -hex 32`',
    );
  if (new Set(keys).size < keys.length) throw wrongOption('signingKeys', 'has a key twice. Remove one of them');
  return keys;
}
