import type { Answer, BodyPiece } from '../../world/network.ts';
import type { Mood } from './plan.ts';
import type { Token } from './tokens.ts';

/** What an answer is for the product, according to the documentation. */
export type Verdict = 'token' | 'outage' | 'refused' | 'ended' | 'nothing';

export interface Reply {
  readonly verdict: Verdict;
  readonly token: Token | undefined;
  /** Whether the issuer has set cookies with its answer. */
  readonly hasLines: boolean;
  readonly retryAfterMs: number;
  readonly lifetimeMs: number | undefined;
}

/** The parts of a reply that most replies leave so. */
export const usual = {
  verdict: 'nothing',
  token: undefined,
  hasLines: false,
  retryAfterMs: 0,
  lifetimeMs: undefined,
} as const;

/** Concerns one session: any 4xx that does not say that the issuer cannot answer at the moment. */
export function statusReply({ status, retryAfterS }: Mood): { answer: Answer; reply: Reply } {
  const isEnded = status === 401;
  const isRefused = status >= 400 && status < 500 && ![404, 405, 408, 429].includes(status);
  const headers = retryAfterS === null ? {} : { 'retry-after': String(retryAfterS) };
  return {
    answer: { status, headers, body: '{}' },
    reply: {
      ...usual,
      verdict: isEnded ? 'ended' : isRefused ? 'refused' : 'outage',
      // 2xx without a token: the header means nothing.
      retryAfterMs: status < 300 ? 0 : (retryAfterS ?? 0) * 1000,
    },
  };
}

/** A body that is over the limit, and does not end. */
export function bigBody(): readonly BodyPiece[] {
  return [
    { afterMs: 0, text: ' '.repeat(40_000) },
    { afterMs: 0, text: ' '.repeat(40_000) },
    { afterMs: 3_600_000, text: '{}' },
  ];
}
