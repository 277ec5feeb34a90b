// A case is data: a question that can be sent to any runtime, and the answer that every runtime has to give.

export interface Case {
  readonly name: string;
  readonly question: Question;
  readonly expected: string;
  /** What it is on Node, where that differs. */
  readonly expectedOnNode?: string;
  /** Left out: every runtime. */
  readonly only?: 'processes';
}

/** Cases of one subject: a column of the table. */
export interface Group {
  readonly name: string;
  readonly cases: readonly Case[];
}

export type Question =
  | VerifierQuestion
  | ApiQuestion
  | PatchQuestion
  | DiffQuestion
  | DenialQuestion
  | WebhookQuestion
  | PlatformQuestion;

/** Makes a verifier and takes it through some steps. The answer has one item for each step. */
export interface VerifierQuestion {
  readonly ask: 'verifier';
  readonly options: Readonly<Record<string, unknown>>;
  /** What the key endpoint answers, one after another; the last one stays. Left out, `fetch` is the platform's. */
  readonly keyAnswers?: readonly KeyAnswer[];
  readonly checks?: readonly CheckName[];
  /** Whether the answer tells which events came. */
  readonly listen?: boolean;
  readonly steps: readonly Step[];
}

export interface KeyAnswer {
  /** @default 200 */
  readonly status?: number;
  readonly body: unknown;
}

export type CheckName = 'yes' | 'no' | 'truthy' | 'refuse' | 'throw';

export type Step =
  /** Verifies a token, or as many at once as `times` says. */
  | { readonly token: string; readonly times?: number }
  | { readonly authenticate: PlainRequest; readonly optional?: boolean }
  | { readonly check: PlainRequest }
  | { readonly clockAheadMs: number };

export interface PlainRequest {
  /** As which of the things that a server may have in hand it is shown. */
  readonly shape: 'request' | 'headers' | 'object' | 'pairs' | 'node';
  readonly method?: string;
  readonly url?: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** Calls the REST API. The answer tells what came back, and which requests were sent. */
export interface ApiQuestion {
  readonly ask: 'api';
  readonly options: Readonly<Record<string, unknown>>;
  /** Left out, `fetch` is the platform's. */
  readonly answers?: readonly ApiAnswer[];
  readonly call: 'create' | 'get' | 'list' | 'list all' | 'update' | 'delete';
  readonly input: readonly unknown[];
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** A field given as `{ $set: value }` is a `Patch.set(value)`. */
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
  readonly ask: 'denial';
  readonly of: 'auth' | 'forbidden' | 'unavailable' | 'request' | 'config' | 'foreign';
}

/** Shows deliveries of a webhook to one receiver, one after another. The answer has one item for each. */
export interface WebhookQuestion {
  readonly ask: 'webhook';
  readonly options: Readonly<Record<string, unknown>>;
  /** Whether the receiver has a store. */
  readonly remembers?: boolean;
  /** What the clock says meanwhile. */
  readonly nowMs: number;
  readonly deliveries: readonly PlainDelivery[];
}

export interface PlainDelivery {
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** In base64. */
  readonly body: string;
  /** As what the body is handed over. */
  readonly shape: 'bytes' | 'stream' | 'text';
  readonly handlerFails?: boolean;
}

/** Uses one good token, to see what the runtime does with it. */
export interface PlatformQuestion {
  readonly ask: 'cryptography' | 'require' | 'exports';
  readonly options: Readonly<Record<string, unknown>>;
  readonly token: string;
}
