export { type Answer, type AnswerOtherwise, answerFor, requireOnError } from './answer.ts';
export { requireOurs } from './auth.ts';
export { isFromOwnPages } from './bearer.ts';
export { isRefusal, requireChecks } from './checks.ts';
export { loggable } from './events.ts';
export { elapsedMs, type Instant, instantNow } from './instant.ts';
export { compilePublicPaths, type PathReading, type PublicPaths, readPath } from './path.ts';
export { viewOf } from './request.ts';
export { verifierFrom } from './verifier.ts';
