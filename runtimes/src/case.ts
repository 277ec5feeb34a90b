// A case is data: a question that is sent to every runtime, and the answer that every runtime must give.

export interface Case {
  readonly name: string;
  readonly question: Question;
  readonly expected: string;
  /** The expected answer on Node, if it differs. */
  readonly expectedOnNode?: string;
  /** `processes`: not on bundled runtimes (workerd, edge-runtime). If absent, the case runs on every runtime. */
  readonly only?: 'processes';
}

/** The cases of one subject. Each group is a column of the printed table. */
export interface Group {
  readonly name: string;
  /** @default 'cases' */
  readonly script?: ScriptName;
  readonly cases: readonly Case[];
}

/** What runs inside a runtime. `alone` imports only `@torii/revocation`, and answers every question with its exports. */
export type ScriptName = 'cases' | 'alone';

export type Question =
  | VerifierQuestion
  | ApiQuestion
  | PatchQuestion
  | DiffQuestion
  | DenialQuestion
  | WebhookQuestion
  | FeedQuestion
  | PlatformQuestion;

/** Creates a verifier and runs the steps. The answer has an item for each step that is not a change of the clock or the timers. */
export interface VerifierQuestion {
  readonly ask: 'verifier';
  readonly options: Readonly<Record<string, unknown>>;
  /** Responses of the key endpoint, in order. The last one repeats. If absent, the verifier uses the platform's `fetch`. */
  readonly keyAnswers?: readonly KeyAnswer[];
  readonly checks?: readonly CheckName[];
  readonly revocations?: PlainRevocations;
  /** Whether the answer lists the verifier's events. */
  readonly listen?: boolean;
  readonly steps: readonly Step[];
}

/** A source of revocations for `issuer` and `env_1`. */
export interface PlainRevocations {
  readonly maxTokenSeconds: number;
  /** Digests of tokens, and user ids. */
  readonly revoked: readonly string[];
  /** Whether the source answers with a promise. */
  readonly isLate?: boolean;
  readonly fails?: boolean;
}

export interface KeyAnswer {
  /** @default 200 */
  readonly status?: number;
  readonly body: unknown;
}

export type CheckName = 'yes' | 'no' | 'truthy' | 'refuse' | 'throw';

export type Step =
  /** Verifies the token. `times` is the number of concurrent verifications, by default one. */
  | { readonly token: string; readonly times?: number }
  | { readonly authenticate: PlainRequest; readonly optional?: boolean }
  | { readonly check: PlainRequest }
  | { readonly clockAheadMs: number }
  /** Revokes the tokens of a user, or one token by its digest. */
  | { readonly revoke: string }
  /** From here on, `setTimeout` never fires, as with the fake timers of a test. */
  | { readonly fakeTimers: true };

export interface PlainRequest {
  /** Which type of request the verifier gets: a `Request`, `Headers`, a plain object, `[name, value]` pairs or Node's request. */
  readonly shape: 'request' | 'headers' | 'object' | 'pairs' | 'node';
  readonly method?: string;
  readonly url?: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** Calls the REST API. The answer contains the result and the requests that were sent. */
export interface ApiQuestion {
  readonly ask: 'api';
  readonly options: Readonly<Record<string, unknown>>;
  /** Responses of the API, in order. The last one repeats. If absent, the client uses the platform's `fetch`. */
  readonly answers?: readonly ApiAnswer[];
  readonly call:
    | 'create'
    | 'get'
    | 'get twenty with one signal'
    | 'create on a used connection'
    | 'list'
    | 'list all'
    | 'update'
    | 'updateMetadata'
    | 'delete';
  readonly input: readonly unknown[];
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** A field `{ $set: value }` stands for `Patch.set(value)`, which is not JSON. */
export interface PatchQuestion {
  readonly ask: 'patch';
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface DiffQuestion {
  readonly ask: 'diff';
  readonly before: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
}

export interface DenialQuestion {
  /** `thrown`: what a framework reads from the error if no code handles it. */
  readonly ask: 'denial' | 'thrown';
  readonly of: 'auth' | 'forbidden' | 'unavailable' | 'request' | 'config' | 'foreign';
}

/** Passes webhook deliveries to one receiver, in order. The answer has an item for each. */
export interface WebhookQuestion {
  readonly ask: 'webhook';
  readonly options: Readonly<Record<string, unknown>>;
  readonly hasStore?: boolean;
  /** The fixed time of the receiver's clock. */
  readonly nowMs: number;
  readonly deliveries: readonly PlainDelivery[];
}

export interface PlainDelivery {
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The request body in base64. */
  readonly body: string;
  readonly shape: 'bytes' | 'stream' | 'text';
  readonly handlerFails?: boolean;
}

/** Creates a verifier with revocations from a store. The answer has an item for each step that asks something. */
export interface FeedQuestion {
  readonly ask: 'feed';
  /** The URL below which each run has a store to itself. */
  readonly stores: string;
  /** The options of the revocations, without the feed. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The options of the verifier. */
  readonly verifier: Readonly<Record<string, unknown>>;
  readonly steps: readonly FeedStep[];
}

export type FeedStep =
  | { readonly token: string }
  /** Verifies the token again and again until it is refused. */
  | { readonly untilRefused: string }
  /** Puts texts into the store, as another server does, or takes it down or up. */
  | { readonly store: { readonly texts?: readonly string[]; readonly isDown?: boolean } }
  | { readonly clockAheadMs: number }
  /** Announces that a user is revoked. */
  | { readonly announce: string; readonly at: string }
  /** The texts in the store. */
  | { readonly show: 'texts' };

/** Checks how the runtime loads core: which crypto API it uses, what it exports, whether `require` works. */
export interface PlatformQuestion {
  readonly ask: 'cryptography' | 'require' | 'exports';
  readonly options: Readonly<Record<string, unknown>>;
  readonly token: string;
}
