import type { Auth, Claims } from '../auth.ts';
import { type Denial, denialFor } from '../denial.ts';

/** The result of `Verifier.check`: the authenticated caller, or the response to a refused request. */
export type CheckResult<Custom extends object, SignedOut extends null = never> =
  | { readonly auth: Auth<Custom> | SignedOut; readonly denial: undefined }
  | { readonly auth: null; readonly denial: Denial };

/** Turns a refusal into a result. Other errors are thrown. */
export async function checkResult(
  authenticate: () => Auth | null | Promise<Auth | null>,
): Promise<CheckResult<Claims, null>> {
  try {
    return { auth: await authenticate(), denial: undefined };
  } catch (error) {
    const denial = denialFor(error);
    if (denial === undefined) throw error;
    return { auth: null, denial };
  }
}
