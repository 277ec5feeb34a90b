// The public API of @torii/conformance, written by `npm run api`.

declare module '@torii/conformance' {
  import type { RequestListener } from 'node:http';

  export interface Adapter<Verifier, App = RequestListener> {
    readonly createApp: CreateApp<Verifier, App>;
    readonly createVerifier: (
      options: ServerOptions & {
        readonly revocations?: RevocationSource;
      },
    ) => Verifier;
    readonly createWebhookApp?: CreateWebhookApp<App>;
    readonly listen?: (app: App) => Listening | Promise<Listening>;
  }
  export interface AskedToken {
    readonly auth: {
      readonly userId: string;
    };
    readonly digest: string;
  }
  export interface Case {
    readonly name: string;
    readonly title: string;
    readonly statement: number | undefined;
    readonly level: Level;
    readonly needs: readonly Feature[];
    readonly options: string;
    readonly method: string;
    readonly target: string;
    readonly headers: readonly (readonly [name: string, value: string])[];
    readonly revokedAfter: Expectation | undefined;
    readonly revoke: string | undefined;
    readonly answer: Expectation;
  }
  export interface CaseResult {
    readonly name: string;
    readonly title: string;
    readonly statement: number | undefined;
    readonly needs: readonly Feature[];
    readonly options: string;
    readonly outcome: 'passed' | 'failed' | 'left out';
    readonly details: readonly string[];
  }
  export type CreateApp<Verifier, App = RequestListener> = (subject: Subject<Verifier>) => App;
  export type CreateWebhookApp<App = RequestListener> = (subject: WebhookSubject) => App;
  export interface Expectation {
    readonly handler?: string;
    readonly userId?: string | null;
    readonly refusal?: string | readonly string[];
    readonly message?: string;
    readonly status?: readonly number[];
    readonly publicOr?: readonly number[];
    readonly appError?: string;
    readonly headers?: Readonly<Record<string, string>>;
  }
  export type Feature = (typeof features)[number];
  export type FetchHandler = (request: Request) => Response | Promise<Response>;
  export interface Issuer {
    readonly url: string;
    readonly environmentId: string;
    readonly keyId: string;
  }
  export interface Issuers extends AsyncDisposable {
    readonly torii: Issuer;
    token(name: string): string;
    fill<Value>(value: Value, host?: string): Value;
    readonly secrets: readonly string[];
    stop(): Promise<void>;
  }
  export interface IssuersOptions {
    readonly port?: number;
  }
  export type Level = 'decisions' | 'responses';
  export interface Listening {
    readonly url: string;
    stop(): unknown;
  }
  export interface ProcessOptions {
    readonly startSeconds: number;
  }
  export interface QuestionOptions {
    readonly level?: Level;
    readonly without?: readonly Feature[];
    readonly only?: string;
    readonly change?: (each: Case) => Case | string;
  }
  export interface RevocationData {
    readonly maxTokenSeconds: number;
    readonly revoked: readonly string[];
    readonly unavailable: readonly string[];
  }
  export interface RevocationSetting extends RevocationData {
    readonly issuer: string;
    readonly environmentId: string;
  }
  export interface RevocationSource {
    readonly issuer: string;
    readonly environmentId: string;
    readonly maxTokenSeconds: number;
    check(token: AskedToken): 'accepted' | 'revoked' | 'unavailable';
    revoke(name: string): void;
  }
  export interface RunOptions extends QuestionOptions {
    readonly issuerPort?: number;
    readonly onlyOptions?: string;
    readonly onResult?: (result: CaseResult, done: number, all: number) => void;
  }
  export interface ServerOptions {
    readonly issuer: string;
    readonly publicPaths?: readonly string[];
    readonly audience?: string;
    readonly requireClaims?: readonly string[];
    readonly refuseClaims?: readonly string[];
    readonly environmentId?: string;
    readonly cookie?: string;
    readonly header?: string;
    readonly scheme?: string;
    readonly allowPreflight?: boolean;
  }
  export interface ServerSetting {
    readonly name: string;
    readonly options: ServerOptions;
    readonly revocations: RevocationSetting | undefined;
    readonly webhookSecrets: Pick<WebhookSecrets, 'current' | 'previous'>;
  }
  export type StartServer = (setting: ServerSetting) => TestServer | Promise<TestServer>;
  export interface Subject<Verifier> {
    readonly verifier: Verifier;
    readonly visit: (handler: string) => void;
  }
  export interface TestServer {
    readonly url: string;
    readonly webhooksUrl?: string;
    takeVisits?(): readonly string[] | Promise<readonly string[]>;
    revoke?(name: string): unknown;
    howEnded?(): string | undefined;
    stop?(): unknown;
  }
  export interface WebhookSecrets {
    readonly current: string;
    readonly previous: string;
    readonly stranger: string;
  }
  export interface WebhookSubject {
    readonly secrets: string[];
    readonly handle: (event: { readonly id: string; readonly type: string }) => void;
  }
  export function changeForFetch(each: Case): Case;
  export function createRevocationSource(setting: RevocationSetting): RevocationSource;
  export const features: readonly [
    'optional',
    'publicPaths',
    'checks',
    'rewrites',
    'headers',
    'mistakes',
    'cookie',
    'bareToken',
    'preflight',
    'audience',
    'claims',
    'environment',
    'revocations',
    'webhooks',
  ];
  export function listCases(): readonly Case[];
  export function listenFetch(handler: FetchHandler): Promise<Listening>;
  export function runConformance(start: StartServer, options?: RunOptions): Promise<readonly CaseResult[]>;
  export function serveApp<Verifier, App = RequestListener>(adapter: Adapter<Verifier, App>): StartServer;
  export function serveCommand([program, ...args]: readonly string[], { startSeconds }: ProcessOptions): StartServer;
  export function startIssuers({ port }?: IssuersOptions): Promise<Issuers>;
}

declare module '@torii/conformance/adapter' {
  import type { Check } from '@torii/core';

  export { Actor, Auth, Check, Claims, Organization, Refusal, RequestView } from '@torii/core';

  export interface AppError {
    readonly status: 500;
    readonly body: {
      readonly app: 'error';
      readonly thrown: string;
    };
  }
  export interface CoreErrors {
    readonly refuse: (message: string, detail?: string) => ReturnType<Check>;
    readonly ToriiAuthError: new (reason: 'token_expired', message: string) => Error;
    readonly ToriiRequestError: new (message: string) => Error;
    readonly ToriiUnavailableError: new (reason: 'policy_unavailable', message: string) => Error;
  }
  export interface Routes {
    readonly optional: {
      readonly open: string;
      readonly guarded: string;
    };
    readonly isAdmin: Check;
    readonly checks: Readonly<Record<string, Check>>;
    readonly uncalled: {
      readonly open: readonly ('requireAuth' | 'optionalAuth' | 'allow' | 'getAuth' | 'createVerifier')[];
      readonly guarded: readonly ('requireAuth' | 'allow' | 'getAuth')[];
    };
    readonly throwAsApp: () => never;
    readonly answerError: (error: unknown) => AppError;
    readonly rewrites: Readonly<Record<string, string>>;
    readonly headers: Readonly<Record<string, string>>;
  }
  export function createRoutes({ refuse, ...errors }: CoreErrors): Routes;
}

declare module '@torii/conformance/vitest' {
  import type { Adapter, CaseResult, QuestionOptions, StartServer } from '@torii/conformance';
  import type { RequestListener } from 'node:http';

  export {
    Adapter,
    AskedToken,
    Case,
    CaseResult,
    CreateApp,
    CreateWebhookApp,
    Expectation,
    Feature,
    Level,
    Listening,
    QuestionOptions,
    RevocationData,
    RevocationSetting,
    RevocationSource,
    ServerOptions,
    ServerSetting,
    StartServer,
    Subject,
    TestServer,
    WebhookSecrets,
    WebhookSubject,
  } from '@torii/conformance';

  export interface ConformanceOptions extends QuestionOptions {
    readonly startTimeoutMs?: number;
    readonly onEnd?: (results: readonly CaseResult[]) => void;
  }
  export type ConformanceSubject<Verifier, App> =
    | {
        readonly start: StartServer;
      }
    | {
        readonly command: readonly string[];
      }
    | Adapter<Verifier, App>;
  export function describeConformance<Verifier, App = RequestListener>(
    name: string,
    subject: ConformanceSubject<Verifier, App>,
    { startTimeoutMs, onEnd, ...options }?: ConformanceOptions,
  ): void;
}
