import type { Clock } from './clock.ts';

const maxRequests = 200;
const maxKeyFetches = 50;
const maxTokens = 50;

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
  readonly #keyPaths: readonly string[];
  readonly #requests: AnsweredRequest[] = [];
  readonly #keyFetches: AnsweredRequest[] = [];
  readonly #tokens: MintedToken[] = [];

  /** @param keyPaths the paths of requests for keys, which are kept apart: verifiers send them every few minutes */
  constructor(clock: Clock, keyPaths: readonly string[]) {
    this.#clock = clock;
    this.#keyPaths = keyPaths;
  }

  get requests(): readonly AnsweredRequest[] {
    return this.#requests.toReversed();
  }

  get keyFetches(): readonly AnsweredRequest[] {
    return this.#keyFetches.toReversed();
  }

  get tokens(): readonly MintedToken[] {
    return this.#tokens.toReversed();
  }

  noteToken(kid: string, claims: Readonly<Record<string, unknown>>): void {
    remember(this.#tokens, { at: this.#clock.now(), kid, claims }, maxTokens);
  }

  noteRequest(request: Omit<AnsweredRequest, 'at'>): void {
    const noted = { ...request, at: this.#clock.now() };
    if (this.#keyPaths.includes(request.path)) remember(this.#keyFetches, noted, maxKeyFetches);
    else remember(this.#requests, noted, maxRequests);
  }
}

function remember<Entry>(entries: Entry[], entry: Entry, max: number): void {
  entries.push(entry);
  if (entries.length > max) entries.shift();
}
