// For the other packages of Torii, which have the same version. Not part of the public API: any version may change it.
export { readConnectionFailure } from '#connection-failure';
export { type Announcer, announcerNames, readAnnouncer } from './announcer.ts';
export { checkNameOf, isRefusal, requireChecks } from './checks.ts';
export { emitterFor } from './emitter.ts';
export { docsHome, docsUrlFor } from './errors/docs-url.ts';
export { withDetail } from './events.ts';
export { innermostProblem, type LoggableError, loggableCause } from './logs/cause.ts';
export { describeValue } from './logs/found-value.ts';
export { loggable } from './logs/loggable.ts';
export { kindOf } from './logs/value-kind.ts';
export { combine } from './makers/combine.ts';
export type { ConnectionFailure } from './network/connection-failure.ts';
export { parseHttpDate, readRetryAfter } from './network/http-date.ts';
export { type Hints, requestHints, verifyHints } from './options/hints.ts';
export { problemOfIssuer } from './options/issuer-url.ts';
export { isLoopback } from './options/loopback.ts';
export { nearestName } from './options/nearest-name.ts';
export { listOrigins } from './options/origins.ts';
export { problemOfPasted } from './options/pasted-text.ts';
export { listPaths, readLiteralPath, readPublicPaths } from './options/paths.ts';
export {
  assertClaimNames,
  assertNoKey,
  assertNoSecond,
  assertOption,
  listTexts,
  type NumberRule,
  type Options,
  omitUndefined,
  readChoice,
  readFlag,
  readFunction,
  readHttpName,
  readKnownOptions,
  readNumber,
  readText,
  readTexts,
  readWhole,
  unknownName,
  wrongOption,
  wrongValue,
} from './options/reader.ts';
export { decodeText, type TextReading } from './options/text-bytes.ts';
export { verifyOptionNames } from './options/verify-options.ts';
export { cleanKeyText } from './pem/key-text.ts';
export { type PemKey, readPem } from './pem/pem.ts';
export { platformFetch, random, randomId, startTimer, steadyMs, stopTimer, type Timer, wallMs } from './platform.ts';
export { type AwaitGuard, createAwaitGuard, type GuardedFields, guardFields } from './promises/await-guard.ts';
export { isPromise } from './promises/is-promise.ts';
export { guardOutcome } from './promises/outcome.ts';
export { reportedCheck } from './report-only.ts';
export { isFromOwnPages } from './request/bearer.ts';
export type { PublicPaths } from './request/path.ts';
export { createRequestFilter, type FilterSettings, type RequestFilter } from './request-filter.ts';
export { surviveOutages } from './stores/outages.ts';
export { onAbort } from './time/abort.ts';
export { raceDeadline } from './time/deadline.ts';
export { elapsedMs, type Instant, instantNow } from './time/instant.ts';
export { pause } from './time/pause.ts';
export {
  type Patience,
  type RemoteSource,
  RemoteValue,
  type Renewal,
  retryDelayMs,
  TimeLimitError,
} from './time/remote-value.ts';
export { RepeatWatch } from './time/repeat-watch.ts';
export { parseRfc3339 } from './time/rfc3339.ts';
export { checkAudience, withoutTrailingSlash } from './token/claims.ts';
export { digestOfToken, tokenDigestOf } from './token/token-digest.ts';
