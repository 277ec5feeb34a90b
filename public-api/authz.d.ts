// The public API of @torii/authz, written by `npm run api`.

declare module '@torii/authz' {
  import type { Auth, Check, Claims, RequestLike } from '@torii/core';

  export {
    Actor,
    Auth,
    AuthReason,
    Check,
    Claims,
    Denial,
    DenialBody,
    DenialCode,
    DenialStatus,
    HeadersLike,
    Organization,
    Reason,
    Refusal,
    RequestLike,
    RequestParts,
    RequestView,
    ToriiConfigError,
    ToriiError,
    ToriiForbiddenError,
    ToriiRequestError,
    ToriiUnavailableError,
    UnavailableReason,
  } from '@torii/core';

  export interface Authz {
    readonly checks: readonly [Check];
    userId(auth: Auth): string | null;
    tenant(auth: Auth): string | null;
    subdomain(auth: Auth): string | null;
    slugs(auth: Auth): readonly string[];
    hasSlug(auth: Auth, slug: string): boolean;
    roles(auth: Auth): readonly string[];
    can(auth: Auth, permission: string): Promise<boolean>;
    explain(auth: Auth, request: RequestLike): Promise<Explanation>;
    refresh(): Promise<void>;
  }
  export type AuthzEvent =
    | PolicyEvent
    | {
        readonly type: 'impersonated';
        readonly userId: string | null;
        readonly actorId: string | null;
        readonly method: string | undefined;
        readonly path: string | undefined;
      };
  export type AuthzEventListener = (event: AuthzEvent) => void;
  export interface AuthzOptions {
    readonly claims?: ClaimNames;
    readonly tenant?: TenantOptions;
    readonly permissions?: PermissionsSource;
    readonly base?: string;
    readonly impersonation?: 'refuse' | 'audit';
    readonly refreshSeconds?: number;
    readonly timeoutMs?: number;
    readonly onEvent?: AuthzEventListener;
    readonly debug?: boolean | ((text: string) => void);
  }
  type Checks<Custom extends object> = readonly [Check<Custom>, ...Check<Custom>[]];
  export interface ClaimNames {
    readonly userId?: string;
    readonly tenant?: string;
    readonly subdomain?: string;
    readonly slugs?: string;
    readonly roles?: string | readonly string[];
  }
  export interface DocumentStore {
    getRaw(key: string): Promise<unknown>;
  }
  export interface Explanation {
    readonly allowed: boolean;
    readonly findings: readonly Finding[];
    readonly text: string;
  }
  export interface Finding {
    readonly rule: 'impersonation' | 'path' | 'header' | 'subdomain' | 'slug' | 'permission';
    readonly passed: boolean;
    readonly because: string;
  }
  export interface LintFinding {
    readonly kind: 'malformed' | 'dead' | 'shadowed' | 'dangerous' | 'surprising';
    readonly role: string | undefined;
    readonly entry: string | undefined;
    readonly message: string;
  }
  type Loaded = PermissionDocument | string;
  export interface MalformedEntry {
    readonly role: string;
    readonly entry: string | undefined;
    readonly problem: string;
  }
  export interface PermissionDocument {
    readonly last_update?: number | string;
    readonly permissions: {
      readonly [role: string]: readonly string[];
    };
  }
  export type PermissionsSource = PermissionDocument | (() => Loaded | Promise<Loaded>) | StoredPermissions;
  type PolicyEvent =
    | {
        readonly type: 'policy_loaded';
        readonly lastUpdate: string | undefined;
        readonly permissions: number;
        readonly malformed: readonly MalformedEntry[];
        readonly malformedCount: number;
        readonly durationMs: number;
      }
    | {
        readonly type: 'policy_failed';
        readonly problem: string;
        readonly cause: Error;
      };
  export interface StoredPermissions {
    readonly store: DocumentStore;
    readonly key?: string;
  }
  export interface TenantOptions {
    readonly header?: true | string;
    readonly baseDomain?: string | readonly string[];
    readonly slug?: string;
    readonly withoutTenant?: readonly string[];
    readonly withoutSlug?: readonly string[];
  }
  export function allOf<Custom extends object = Claims>(...checks: Checks<Custom>): Check<Custom>;
  export function anyOf<Custom extends object = Claims>(...checks: Checks<Custom>): Check<Custom>;
  export function createAuthz(options: AuthzOptions): Authz;
  export function lintPermissions(document: unknown): readonly LintFinding[];
  export function not<Custom extends object = Claims>(check: Check<Custom>): Check<Custom>;
}
