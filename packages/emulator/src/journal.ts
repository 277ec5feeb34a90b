import type { Clock } from './clock.ts';

const maxEntries = 50;

export interface AnsweredRequest {
  readonly at: Date;
  readonly method: string;
  readonly path: string;
  /** The response status, or `null` if the connection was closed without a response. */
  readonly status: number | null;
  readonly code: string | undefined;
  readonly durationMs: number;
}

/** The key id and the claims of a minted access token. The token itself is not kept. */
export interface MintedToken {
  readonly at: Date;
  readonly kid: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

export class Journal {
  readonly #clock: Clock;
  readonly #requests: AnsweredRequest[] = [];
  readonly #tokens: MintedToken[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get requests(): readonly AnsweredRequest[] {
    return this.#requests.toReversed();
  }

  get tokens(): readonly MintedToken[] {
    return this.#tokens.toReversed();
  }

  noteToken(kid: string, claims: Readonly<Record<string, unknown>>): void {
    // Stores a copy without the claims that are `undefined`, because the token does not contain them either.
    remember(this.#tokens, { at: this.#clock.now(), kid, claims: JSON.parse(JSON.stringify(claims)) });
  }

  noteRequest(request: Omit<AnsweredRequest, 'at'>): void {
    remember(this.#requests, { ...request, at: this.#clock.now() });
  }
}

function remember<Entry>(entries: Entry[], entry: Entry): void {
  entries.push(entry);
  if (entries.length > maxEntries) entries.shift();
}
