import type { OperationRules } from './operations.ts';
import { isUsable, type Outcome } from './outcomes.ts';

// From the section "Retries" of packages/api/README.md, and docs/decisions/safe-repetitions.md.
const temporary = [408, 429, 500, 502, 503, 504];
const firstWaitMs = 250;
const longestWaitMs = 8_000;

export interface Situation {
  readonly rules: OperationRules;
  readonly outcome: Outcome;
  /** How many requests were sent. */
  readonly attempts: number;
  readonly maxRetries: number;
  /** The wait that the response asks for. */
  readonly askedSeconds: number | null;
  /** The remaining time until the limit, by the monotonic clock. */
  readonly leftMs: number;
  /** Whether a request of the call may have arrived, this one included. */
  readonly mayHaveArrived: boolean;
  /** Whether an earlier request may have been carried out. */
  readonly isInDoubt: boolean;
}

/** What must happen after a request has ended. */
export type Verdict =
  | { readonly kind: 'done' }
  | { readonly kind: 'fails' }
  /** `isSure` is false if the random part of the wait decides whether it fits into the time limit. */
  | { readonly kind: 'retries'; readonly leastMs: number; readonly mostMs: number; readonly isSure: boolean };

export function judge(situation: Situation): Verdict {
  const { outcome, rules, attempts, leftMs } = situation;
  if (isDone(situation)) return { kind: 'done' };
  const isTemporary = outcome.kind === 'answer' ? temporary.includes(outcome.status) : !outcome.isPermanent;
  const isSafe = rules.isRepeatable || !situation.mayHaveArrived;
  const longestMs = Math.min(longestWaitMs, firstWaitMs * 2 ** (attempts - 1));
  const leastMs = Math.max((situation.askedSeconds ?? 0) * 1000, longestMs / 2);
  const mostMs = leastMs + longestMs / 2;
  // The clocks of simulated processes have fractions.
  const tolerance = 0.001;
  if (!isTemporary || !isSafe || attempts > situation.maxRetries || leastMs >= leftMs + tolerance)
    return { kind: 'fails' };
  return { kind: 'retries', leastMs, mostMs, isSure: mostMs < leftMs - tolerance };
}

function isDone({ outcome, rules, isInDoubt }: Situation): boolean {
  if (outcome.kind === 'failure') return false;
  const { status, text } = outcome;
  if (status >= 200 && status < 300) return isUsable(rules.answer, text);
  return status === 403 && rules.isDoneBy403 && isInDoubt;
}
