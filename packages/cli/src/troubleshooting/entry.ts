/** One possible cause, and what to do about it. Both are sentences, in Markdown with links from docs/. */
export interface Cause {
  readonly cause: string;
  readonly remedy: string;
}

/** Who has to act: the sender of the request, the server that refused it, or Torii. */
export type Actor = keyof typeof actors;

export const actors = {
  client: 'The client must act.',
  server: 'Your server must act.',
  either: 'The client or your server must act, depending on the cause.',
  wait: 'Try again later. If it lasts, your server must act.',
  torii: 'The issuer must act.',
} as const;

/** What a reason or a code means, and what to do. */
export interface Entry {
  /** The beginning of a sentence, without a full stop, in Markdown with links relative to docs/. Also used in docs/errors.md. */
  readonly meaning: string;
  /** Absent if the reader has to act, as for errors of a command. */
  readonly actor?: Actor;
  /** The causes by a short name, the most likely cause first. */
  readonly causes: Readonly<Record<string, Cause>>;
  /** How to find out which cause it is. A sentence. */
  readonly find?: string;
}
