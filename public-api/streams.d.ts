// The public API of @torii/streams, written by `npm run api`.

declare module '@torii/streams' {
  import type { Auth, Fetch, ToriiError } from '@torii/core';
  import type { KeyObject } from 'node:crypto';

  export {
    Actor,
    Auth,
    AuthReason,
    Claims,
    Denial,
    DenialBody,
    DenialCode,
    DenialStatus,
    Fetch,
    Organization,
    Reason,
    ToriiAuthError,
    ToriiConfigError,
    ToriiError,
    ToriiForbiddenError,
  } from '@torii/core';

  export interface KeyStore {
    read(bucket: string, key: string): Promise<StoreEntry | null>;
    write(bucket: string, key: string, value: string, lastRevision: number): Promise<number | null>;
  }
  export interface Publication {
    readonly revision: number;
    readonly changed: boolean;
    readonly keyId: string;
    readonly served: boolean | null;
  }
  export interface PublishOptions extends SlotOptions {
    readonly replaces?: string | KeyObject | undefined;
    readonly gatewayUrl?: string | undefined;
    readonly fetch?: Fetch | undefined;
    readonly onEvent?: StreamEventListener | undefined;
  }
  export interface PublishedKey {
    readonly slot: string;
    readonly keyId: string | null;
    readonly isEmpty: boolean;
    readonly revision: number;
  }
  export interface Rotation {
    plan(): Promise<RotationPlan>;
    advance(): Promise<RotationPlan>;
    run(options?: { readonly signal?: AbortSignal | undefined }): Promise<RotationPlan>;
    cancel(): Promise<void>;
  }
  export interface RotationOptions extends SlotOptions {
    readonly kv: KeyStore;
    readonly from: string | KeyObject | undefined;
    readonly to: string | KeyObject | null | undefined;
    readonly gatewayUrl: string | undefined;
    readonly maxTtlSeconds?: number | undefined;
    readonly drainTtlSeconds?: number | undefined;
    readonly oldKeyLeaked?: boolean | undefined;
    readonly fetch?: Fetch | undefined;
    readonly onEvent?: StreamEventListener | undefined;
  }
  export interface RotationPlan {
    readonly step: RotationStep;
    readonly waitSeconds: number;
    readonly refusalSeconds: number;
    readonly text: string;
  }
  export type RotationStep = 'begin' | 'drain' | 'flip' | 'confirm' | 'done';
  export interface SlotOptions {
    readonly bucket?: string | undefined;
    readonly key?: string | undefined;
  }
  export interface StoreEntry {
    readonly value: string | null;
    readonly revision: number;
    readonly createdAt?: number | undefined;
  }
  export interface StreamEnvironment {
    readonly privateKey: string | undefined;
    readonly publicKey: string | undefined;
    readonly issuer: string | undefined;
    readonly slot: {
      readonly bucket: string | undefined;
      readonly key: string | undefined;
    };
  }
  export type StreamEvent =
    | {
        readonly type: 'issued';
        readonly keyId: string;
        readonly ttlSeconds: number;
        readonly askedSeconds: number;
      }
    | {
        readonly type: 'lifetime_short';
        readonly ttlSeconds: number;
      }
    | {
        readonly type: 'impersonated';
        readonly userId: string;
        readonly actorId: string | null;
      }
    | {
        readonly type: 'key_used';
        readonly keyId: string;
      }
    | {
        readonly type: 'key_published';
        readonly keyId: string;
        readonly revision: number;
        readonly changed: boolean;
      }
    | {
        readonly type: 'key_not_served';
        readonly keyId: string;
        readonly servedKeyId: string | null;
      }
    | {
        readonly type: 'gateway_unavailable';
        readonly problem: string;
        readonly cause: unknown;
      }
    | {
        readonly type: 'rotation_step';
        readonly step: RotationStep | 'retry';
        readonly waitSeconds: number;
        readonly summary: string;
        readonly cause?: unknown;
        readonly text: string;
      };
  export type StreamEventListener = (event: StreamEvent) => void;
  export interface StreamGrant {
    readonly allowedStreams: readonly string[];
    readonly ttlSeconds: number;
    readonly claims?: Readonly<Record<string, unknown>> | undefined;
  }
  export type StreamReason =
    | 'subject_invalid'
    | 'streams_invalid'
    | 'lifetime_invalid'
    | 'claims_invalid'
    | 'slot_taken'
    | 'slot_empty'
    | 'publish_conflict'
    | 'rotation_conflict'
    | 'bucket_unfit'
    | 'store_unavailable'
    | 'store_refused'
    | 'gateway_unavailable'
    | 'key_not_served';
  export interface StreamRequest extends StreamGrant {
    readonly subject: string;
  }
  export interface StreamSigner {
    readonly publicKey: string;
    readonly nextPublicKey: string | null;
    issue(request: StreamRequest): Promise<StreamToken>;
    issueFor(auth: Auth, grant: StreamGrant): Promise<StreamToken>;
  }
  export interface StreamSignerOptions {
    readonly privateKey: string | KeyObject | undefined;
    readonly nextPrivateKey?: string | KeyObject | undefined;
    readonly issuer?: string | undefined;
    readonly gatewayUrl?: string | undefined;
    readonly maxTtlSeconds?: number | undefined;
    readonly drainTtlSeconds?: number | undefined;
    readonly impersonation?: 'refuse' | 'audit';
    readonly fetch?: Fetch | undefined;
    readonly onEvent?: StreamEventListener | undefined;
  }
  export interface StreamToken {
    readonly token: string;
    readonly expiresAt: number;
  }
  export class ToriiStreamError extends ToriiError {
    protected static readonly kinds: readonly string[];
    readonly name = 'ToriiStreamError';
    readonly code = 'streams_failed';
    readonly reason: StreamReason;
    constructor(reason: StreamReason, message: string, options?: ErrorOptions);
  }
  export interface VerifiedStreamToken {
    readonly subject: string;
    readonly allowedStreams: readonly string[];
    readonly issuedAt: number;
    readonly expiresAt: number;
    readonly keyId: string | null;
    readonly raw: Readonly<Record<string, unknown>>;
  }
  export interface VerifyStreamOptions {
    readonly publicKey: string | KeyObject | undefined;
    readonly issuer?: string;
    readonly audience?: string | readonly string[];
  }
  export function createRotation(options: RotationOptions): Rotation;
  export function createStreamSigner(options: StreamSignerOptions): StreamSigner;
  export function getKeyId(publicKey: string | KeyObject): string;
  export function isStreamPattern(text: unknown): text is string;
  export function matchesStream(pattern: string, stream: string): boolean;
  export function publishPublicKey(
    kv: KeyStore,
    key: string | KeyObject | undefined,
    options?: PublishOptions,
  ): Promise<Publication>;
  export function readPublishedKey(kv: KeyStore, options?: SlotOptions): Promise<PublishedKey>;
  export function readStreamEnvironment(environment?: Readonly<Record<string, string | undefined>>): StreamEnvironment;
  export function verifyStreamToken(token: string, options: VerifyStreamOptions): Promise<VerifiedStreamToken>;
}

declare module '@torii/streams/nats' {
  import type { NatsConnection } from '@nats-io/transport-node';
  import type { KeyStore } from '@torii/streams';

  export { KeyStore, StoreEntry } from '@torii/streams';

  export interface ConnectedStore extends KeyStore, AsyncDisposable {
    close(): Promise<void>;
  }
  export type NatsLogin =
    | {
        readonly user: string | undefined;
        readonly password: string | undefined;
      }
    | {
        readonly token: string | undefined;
      }
    | {
        readonly credentialsFile: string | undefined;
      }
    | {
        readonly nkeySeed: string | undefined;
      };
  export interface NatsOptions {
    readonly servers: string | readonly string[] | undefined;
    readonly login?: NatsLogin | undefined;
    readonly tls?: NatsTls | undefined;
    readonly plaintextLogin?: boolean | undefined;
    readonly timeoutMs?: number | undefined;
  }
  export interface NatsTls {
    readonly caFile?: string | undefined;
    readonly certFile?: string | undefined;
    readonly keyFile?: string | undefined;
  }
  export function connectNats(options: NatsOptions): Promise<NatsConnection>;
  export function connectStore(options: NatsOptions): Promise<ConnectedStore>;
  export function createNatsStore(connection: NatsConnection): KeyStore;
}
