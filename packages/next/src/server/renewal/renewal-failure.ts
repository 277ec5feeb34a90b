import { readRetryAfter } from '@torii/core/internal';

/** How long the issuer is not asked after its first failure. */
export const minPauseMs = 1_000;

/** Why a renewal gave no token. */
export class RenewalFailure extends Error {
  readonly why: 'session_ended' | 'issuer_unavailable' | 'token_refused';
  readonly pauseMs: number;
  readonly lines: readonly string[];

  /** @param pauseMs how long the issuer is not asked for any session: 0 if only this session has a problem */
  constructor(
    why: RenewalFailure['why'],
    problem: string,
    { pauseMs = 0, lines = [], cause }: { pauseMs?: number; lines?: readonly string[]; cause?: unknown } = {},
  ) {
    super(problem, { cause });
    this.why = why;
    this.pauseMs = pauseMs;
    this.lines = lines;
  }
}

export function unavailable(problem: string, options: { pauseMs?: number; cause?: unknown } = {}): RenewalFailure {
  return new RenewalFailure('issuer_unavailable', problem, { pauseMs: minPauseMs, ...options });
}

export function failureOf({ status, headers }: Response): RenewalFailure {
  const problem = `HTTP status ${status}`;
  // Another 4xx is about this session. It must not keep other users from being renewed, because a client can cause it.
  const isForSession = status >= 400 && status < 500 && ![404, 405, 408, 429].includes(status);
  if (isForSession) return new RenewalFailure('token_refused', problem);
  const seconds = readRetryAfter(headers.get('retry-after'), headers.get('date')) ?? 0;
  return unavailable(problem, { pauseMs: Math.max(minPauseMs, seconds * 1000) });
}
