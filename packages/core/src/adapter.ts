export { type Answer, type AnswerOtherwise, answerFor } from './answer.ts';
export { isRefusal, requireChecks } from './checks.ts';
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
export { readNamed } from './options/option-values.ts';
export { isFromOwnPages } from './request/bearer.ts';
export { compilePublicPaths, type PathReading, type PublicPaths, readPath } from './request/path.ts';
export { viewOf } from './request/request-view.ts';
export { raceDeadline } from './time/deadline.ts';
export { elapsedMs, type Instant, instantNow } from './time/instant.ts';
export { verifierFrom } from './verifier.ts';
