export { type Answer, type AnswerOtherwise, answerFor } from './answer.ts';
export type { AuthWithToken, GuardedAuth } from './auth-with-token.ts';
export { isError } from './errors/is-error.ts';
export {
  createGuards,
  errorFrom,
  type Guard,
  type GuardAdapter,
  type GuardedVerifierOptions,
  type GuardKind,
  type GuardOptions,
  type GuardSteps,
  type Guards,
  guardKind,
  type ResponseProgress,
} from './guards.ts';
export type { Auth, Check, Claims, Denial, RequestParts, Verifier, VerifierOptions } from './index.ts';
export { type PathReading, readPath } from './request/path.ts';
export { type RequestView, viewOf } from './request/request-view.ts';
export { routedPath } from './request/routed-path.ts';
export { type AuthAndToken, type AuthenticateWithToken, tokenReaderOf, verifierFrom } from './verifier.ts';
