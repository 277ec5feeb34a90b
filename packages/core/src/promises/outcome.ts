import type { Auth, Claims } from '../auth.ts';
import { type AwaitGuard, createAwaitGuard } from './await-guard.ts';
import type { CheckResult } from './check-result.ts';

// One list for the promises of `check` and of an Auth: it also covers code that mistakes one for the other.
const fields = {
  auth: true,
  denial: true,
  userId: true,
  environmentId: true,
  issuer: true,
  emailVerified: true,
  profileComplete: true,
  impersonating: true,
  actor: true,
  locale: true,
  organization: true,
  issuedAt: true,
  expiresAt: true,
  raw: true,
} satisfies Record<keyof Auth | keyof CheckResult<Claims>, true>;

/** Makes the promise of an Auth or of a `CheckResult` throw if a field is read from it without `await`. */
export const guardOutcome: AwaitGuard = createAwaitGuard(fields);

/** Not `Promise.reject`: zone.js replaces `Promise`. */
export async function rejectedWith(error: unknown): Promise<never> {
  throw error;
}
