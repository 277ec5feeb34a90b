import type { AuthReason } from '@torii/core';
import { claimRefusals } from './claim-refusals.ts';
import type { Entry } from './entry.ts';
import { signatureRefusals } from './signature-refusals.ts';

/** Why a token was refused with 401. A new reason does not compile until it has an entry. */
export const tokenRefusals = { ...signatureRefusals, ...claimRefusals } satisfies Record<AuthReason, Entry>;
