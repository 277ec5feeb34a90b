import { bundle, bundleSize, sizeOf } from './bundle-size.ts';
import { withoutMessages } from './without-messages.ts';

/** The parts of a verifier that are not needed to verify a token in the best case, and the files of core that they are in. */
const parts: Readonly<Record<string, readonly string[]>> = {
  'says what is wrong with an issuer, a pasted value and a misspelled option': [
    'options/hints.ts',
    'options/pasted-text.ts',
    'options/issuer-url.ts',
    'logs/found-value.ts',
  ],
  'keeps and limits key fetches in floods, outages, pauses and canceled requests': [
    'time/remote-value.ts',
    'time/repeat-watch.ts',
    'keys/crowd.ts',
    'keys/fetch-budget.ts',
  ],
  'keeps secrets out of events and logs': ['logs/loggable.ts', 'logs/cause.ts'],
  'checks `keys` and `initialKeys`': ['keys/initial-key-set.ts', 'keys/curve-point.ts'],
  'asks a function of the app which issuers it approves': [
    'keys/issuer-approvals.ts',
    'keys/approved-keys.ts',
    'options/issuer-approval.ts',
  ],
  'reports what a check would refuse': ['report-only.ts'],
  'refuses revoked tokens': ['revocation-check.ts', 'options/revocation-options.ts', 'token/token-digest.ts'],
  'answers refusals that the app does not handle': ['denial.ts'],
  'throws for a missing `await`': ['promises/await-guard.ts', 'promises/outcome.ts'],
};

/** Sizes of a bundle without some of its parts, in bytes, compressed by gzip. */
export interface Composition {
  readonly whole: number;
  /** How much smaller the bundle is without each part. */
  readonly saved: readonly (readonly [part: string, bytes: number])[];
  readonly withoutMessages: number;
  readonly withoutParts: number;
  readonly withoutBoth: number;
}

export async function compositionOf(code: string): Promise<Composition> {
  const whole = await bundle(code);
  const size = sizeOf(whole).packed;
  const silent = sizeOf(withoutMessages(whole)).packed;
  const saved: [string, number][] = [['messages (every text with a space)', size - silent]];
  for (const [part, files] of Object.entries(parts)) saved.push([part, size - (await bundleSize(code, files)).packed]);
  const bare = await bundle(code, Object.values(parts).flat());
  return {
    whole: size,
    saved,
    withoutMessages: silent,
    withoutParts: sizeOf(bare).packed,
    withoutBoth: sizeOf(withoutMessages(bare)).packed,
  };
}
