import type { Clock } from './clock.ts';

/** How many of each kind are remembered. */
const depth = 50;

/** A request that has been answered, or that a fault has cut. */
export interface AnsweredRequest {
  readonly at: Date;
  readonly method: string;
  readonly path: string;
  /** Null where the connection was cut instead. */
  readonly status: number | null;
  /** Why it was refused. */
  readonly code: string | undefined;
  readonly durationMs: number;
}

/** An access token that has been signed: what it says, and never the token. */
export interface MintedToken {
  readonly at: Date;
  readonly kid: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** What has just happened in one environment, for the dashboard to tell. In memory, and soon forgotten. */
export class Journal {
  readonly #clock: Clock;
  readonly #requests: AnsweredRequest[] = [];
  readonly #tokens: MintedToken[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The newest first. */
  get requests(): readonly AnsweredRequest[] {
    return this.#requests.toReversed();
  }

  /** The newest first. */
  get tokens(): readonly MintedToken[] {
    return this.#tokens.toReversed();
  }

  noteToken(kid: string, claims: Readonly<Record<string, unknown>>): void {
    // As they were signed: what is undefined is not in the token, and the caller may change the object later.
    remember(this.#tokens, { at: this.#clock.now(), kid, claims: JSON.parse(JSON.stringify(claims)) });
  }

  noteRequest(request: Omit<AnsweredRequest, 'at'>): void {
    remember(this.#requests, { ...request, at: this.#clock.now() });
  }
}

function remember<Entry>(entries: Entry[], entry: Entry): void {
  entries.push(entry);
  if (entries.length > depth) entries.shift();
}
