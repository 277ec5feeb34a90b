export { type Answer, type AnswerOtherwise, answerFor } from './answer.ts';
export { type AwaitGuard, createAwaitGuard, type GuardedFields, guardFields } from './await-guard.ts';
export { connectionProblem, loggableCause } from './cause.ts';
export { checkNameOf, isRefusal, requireChecks } from './checks.ts';
export { emitterFor } from './emitter.ts';
export { loggable, withDetail } from './events.ts';
export {
  createGuards,
  errorFrom,
  type Guard,
  type GuardAdapter,
  type GuardKind,
  type GuardOptions,
  type GuardSteps,
  type Guards,
  guardKind,
  type ResponseProgress,
} from './guards.ts';
export { isPromise } from './is-promise.ts';
export { isLoopback } from './options/loopback.ts';
export { listOrigins } from './options/origins.ts';
export { problemOfPasted } from './options/pasted-text.ts';
export { listPaths, readLiteralPath } from './options/paths.ts';
export {
  assertClaimNames,
  assertOption,
  listTexts,
  type Options,
  omitUndefined,
  readChoice,
  readFlag,
  readFunction,
  readHttpName,
  readKnownOptions,
  readNumber,
  readText,
  readWhole,
  unknownName,
  wrongOption,
} from './options/reader.ts';
export { verifyOptionNames } from './options/verify-options.ts';
export { guardOutcome } from './outcome.ts';
export { type Patience, type RemoteSource, RemoteValue, retryDelayMs, TimeLimitError } from './remote-value.ts';
export { isFromOwnPages } from './request/bearer.ts';
export { compilePublicPaths, type PathReading, type PublicPaths, readPath } from './request/path.ts';
export { viewOf } from './request/request-view.ts';
export { surviveOutages } from './store-outages.ts';
export { raceDeadline } from './time/deadline.ts';
export { elapsedMs, type Instant, instantNow } from './time/instant.ts';
export { kindOf } from './value-kind.ts';
export { verifierFrom } from './verifier.ts';
