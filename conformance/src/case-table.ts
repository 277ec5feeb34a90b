import { readFileSync } from 'node:fs';
import type { Feature, Level } from './features.ts';

/** The content of cases.json. The README describes the fields. */
export interface CaseTable {
  readonly refusals: Readonly<Record<string, RefusalRule>>;
  readonly options: Readonly<Record<string, OptionsData>>;
  readonly tokens: Readonly<Record<string, TokenData>>;
  readonly cases: readonly CaseData[];
}

/** The response to a refusal. */
export interface RefusalRule {
  readonly status: number;
  readonly code: string;
  readonly challenge?: string;
  readonly error?: string;
  readonly retryAfter?: boolean;
}

export interface OptionsData {
  readonly needs?: readonly Feature[];
  readonly options: Readonly<Record<string, unknown>> & { readonly revocations?: RevocationData };
}

/** The revocations of a server. A name is a user id or the digest of a token. */
export interface RevocationData {
  readonly maxTokenSeconds: number;
  readonly revoked: readonly string[];
  readonly unavailable: readonly string[];
}

export interface TokenData {
  readonly from?: string;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly omitClaims?: readonly string[];
  readonly expiresInSeconds?: number;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly signedBy?: 'stranger' | 'public key' | 'trimmed public key';
  readonly signature?: string;
  readonly alteredTo?: Readonly<Record<string, unknown>>;
  readonly twinOf?: string;
}

export interface CaseData {
  readonly name: string;
  readonly statement?: number;
  readonly level?: Level;
  readonly needs?: readonly Feature[];
  readonly options?: string;
  readonly method?: string;
  readonly target?: string;
  readonly targets?: readonly string[];
  readonly authorization?: readonly string[];
  readonly headers?: readonly (readonly [string, string])[];
  readonly revokedAfter?: Expectation;
  readonly revoke?: string;
  readonly answer: Expectation;
}

/** What a response must be. One of `handler`, `refusal`, `status`, `publicOr` and `appError` is set. */
export interface Expectation {
  readonly handler?: string;
  readonly userId?: string | null;
  readonly refusal?: string | readonly string[];
  readonly message?: string;
  readonly status?: readonly number[];
  readonly publicOr?: readonly number[];
  /** The route or the name of the error that the app's own error handling must get. */
  readonly appError?: string;
  /** Headers that the response must have. `vary` must contain the value. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The content of webhooks.json. The README describes the fields. */
export interface WebhookTable {
  readonly secrets: WebhookSecrets;
  readonly cases: readonly WebhookCase[];
}

/** The webhook's current secret, the secret before the rotation, and a secret that no receiver has. */
export interface WebhookSecrets {
  readonly current: string;
  readonly previous: string;
  readonly stranger: string;
}

export interface WebhookCase {
  readonly name: string;
  readonly statement?: number;
  readonly body?: string;
  readonly encoding?: BufferEncoding;
  readonly padBytes?: number;
  readonly contentType?: string | null;
  readonly chunked?: boolean;
  readonly alter?: boolean;
  readonly ageSeconds?: number;
  readonly signedWith?: readonly (keyof WebhookSecrets)[];
  readonly without?: string;
  readonly twice?: string;
  readonly times?: number;
  readonly answer: { readonly status: number; readonly word?: string; readonly reason?: string };
  readonly handled?: number;
}

let cases: CaseTable | undefined;
let webhooks: WebhookTable | undefined;

export function readCaseTable(): CaseTable {
  cases ??= readData<CaseTable>('cases.json');
  return cases;
}

export function readWebhookTable(): WebhookTable {
  webhooks ??= readData<WebhookTable>('webhooks.json');
  return webhooks;
}

function readData<Data>(name: string): Data {
  return JSON.parse(readFileSync(new URL(`../data/${name}`, import.meta.url), 'utf8'));
}
