// The public API of @torii/api, written by `npm run api`.

declare module '@torii/api' {
  import type { Patch, RevocationAnnouncer, ToriiApiError, ToriiConnectionError } from '@torii/core';
  import type { AwaitGuard } from '@torii/core/internal';

  export { type AllowedOrigins, type Invitations, type Organizations, type Sessions, type Users, type createResources };
  export {
    ApiAnswer,
    ApiCall,
    ConnectionReason,
    FailedAnnouncement,
    FieldError,
    Patch,
    PatchBody,
    PatchFields,
    PatchValue,
    ProblemDetails,
    RevocationAnnouncer,
    RevocationMoment,
    ToriiApiError,
    ToriiConfigError,
    ToriiConnectionError,
    ToriiError,
    ToriiRevocationError,
  } from '@torii/core';

  export type AllowedOriginReplaceParams = Body<AllowedOriginsReplaceData['body']>;
  class AllowedOrigins {
    #private;
    constructor(send: Send);
    get(options?: RequestOptions): Call<AllowedOriginsData>;
    replace(params: AllowedOriginReplaceParams, options?: RequestOptions): Call<AllowedOriginsData>;
  }
  type AllowedOrigins = {
    origins: Array<string>;
  };
  export interface AllowedOriginsData extends AllowedOriginsGetResponse {}
  type AllowedOriginsGetResponse = AllowedOriginsGetResponses[keyof AllowedOriginsGetResponses];
  type AllowedOriginsGetResponses = {
    200: AllowedOrigins;
  };
  type AllowedOriginsReplaceData = {
    body: AllowedOrigins;
    path?: never;
    query?: never;
    url: '/api/server/v1/allowed-origins';
  };
  export interface ApiEvent {
    readonly type: 'request';
    readonly method: string;
    readonly path: string;
    readonly attempt: number;
    readonly durationMs: number;
    readonly error: ToriiApiError | ToriiConnectionError | null;
    readonly retryInMs: number | null;
  }
  export type ApiEventListener = (event: ApiEvent) => void;
  export interface ApiRequest {
    readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
    readonly path: string;
    readonly query?: Readonly<Record<string, unknown>> | undefined;
    readonly body?: unknown;
    readonly isRepeatable?: boolean | undefined;
  }
  export interface ApiResponse<T> {
    readonly data: T;
    readonly status: number;
    readonly headers: Headers;
    readonly method: string;
    readonly path: string;
    readonly attempts: number;
  }
  type Bag<T> = T extends unknown ? ([keyof T] extends [never] ? MetadataObject : T) : never;
  type BagFields<T, Bags> = {
    readonly [K in keyof T]?: Bags[K & keyof Bags] | undefined;
  };
  type Body<T, Bags = object> = [keyof Bags] extends [never]
    ? Fields<NonNullable<T>>
    : Fields<{
        [K in keyof NonNullable<T> as K extends keyof Bags ? never : K]: NonNullable<T>[K];
      }> &
        BagFields<Pick<NonNullable<T>, keyof Bags & keyof NonNullable<T>>, Bags>;
  export interface Call<T> extends Promise<T> {
    withResponse(): Promise<ApiResponse<T>>;
  }
  type Changes<T, Bags = object> = {
    readonly [K in keyof NonNullable<T>]?: K extends keyof Bags
      ? MetadataPatch<Bags[K]> | undefined
      : Given<NonNullable<T>[K]> | Patch<Given<Exclude<NonNullable<T>[K], undefined>>> | undefined;
  };
  type CreateUserRequest = {
    email?: string | null;
    password?: string | null;
    name?: string | null;
    phone?: string | null;
    address?: string | null;
    dateOfBirth?: string | null;
    firstName?: string | null;
    lastName?: string | null;
    publicMetadata?: {
      [key: string]: unknown;
    };
    privateMetadata?: {
      [key: string]: unknown;
    };
    unsafeMetadata?: {
      [key: string]: unknown;
    };
  };
  export type Fetch = typeof fetch;
  type FieldRule =
    | 'any'
    | 'count'
    | 'list'
    | 'date'
    | 'date_time'
    | 'bag'
    | {
        readonly maxItems: number;
      };
  type FieldRules = Readonly<Record<string, FieldRule>>;
  type Fields<T> = {
    readonly [K in keyof T]: Given<T[K]> | IfOptional<T, K>;
  };
  type Given<V> = V extends readonly (infer Item)[] ? readonly Item[] : V;
  type IfOptional<T, K extends keyof T> = object extends Pick<T, K> ? undefined : never;
  type ImpersonationToken = {
    token: string;
    expiresInSeconds: number;
    url?: string | null;
  };
  type ImpersonationTokenInput = {
    actorUserId: string;
    reason: string;
    redirectUrl?: string | null;
    expiresInSeconds?: number | null;
  };
  export interface Invitation extends WireInvitation {}
  type Invitation = {
    id: string;
    environmentId: string;
    email: string;
    status: 'PENDING' | 'ACCEPTED' | 'REVOKED' | 'EXPIRED';
    expiresAt: string;
    createdAt: string;
    acceptedAt?: string | null;
    revokedAt?: string | null;
  };
  type InvitationBags<M> = TwoBags<TypeAt<M, 'invitation'>>;
  export type InvitationCreateParams<M extends MetadataTypes = MetadataTypes> = Body<
    InvitationsCreateData['body'],
    InvitationBags<M>
  >;
  type InvitationInput = {
    email: string;
    expiresInDays?: number | null;
    redirectUrl?: string | null;
    publicMetadata?: {
      [key: string]: unknown;
    };
    privateMetadata?: {
      [key: string]: unknown;
    };
  };
  export type InvitationListParams = Query<InvitationsListData['query']>;
  type InvitationMetadataChanges = {
    publicMetadata?: {
      [key: string]: unknown;
    };
    privateMetadata?: {
      [key: string]: unknown;
    };
  };
  export type InvitationUpdateMetadataParams<M extends MetadataTypes = MetadataTypes> = Changes<
    InvitationsUpdateMetadataData['body'],
    InvitationBags<M>
  >;
  export interface InvitationWithMetadata<M extends MetadataTypes = MetadataTypes>
    extends WithBags<InvitationsGetResponse, InvitationBags<M>> {}
  type InvitationWithMetadata = {
    id: string;
    environmentId: string;
    email: string;
    status: 'PENDING' | 'ACCEPTED' | 'REVOKED' | 'EXPIRED';
    expiresAt: string;
    createdAt: string;
    acceptedAt?: string | null;
    revokedAt?: string | null;
    publicMetadata: {
      [key: string]: unknown;
    };
    privateMetadata: {
      [key: string]: unknown;
    };
  };
  class Invitations<M extends MetadataTypes = MetadataTypes> {
    #private;
    constructor(send: Send);
    list(params?: InvitationListParams, options?: RequestOptions): PagePromise<Invitation>;
    create(params: InvitationCreateParams<M>, options?: RequestOptions): Call<Invitation>;
    get(invitationId: string, options?: RequestOptions): Call<InvitationWithMetadata<M>>;
    updateMetadata(
      invitationId: string,
      params: InvitationUpdateMetadataParams<M>,
      options?: RequestOptions,
    ): Call<InvitationWithMetadata<M>>;
    revoke(invitationId: string, options?: RequestOptions): Call<void>;
    resend(invitationId: string, options?: RequestOptions): Call<Invitation>;
  }
  type InvitationsCreateData = {
    body: InvitationInput;
    path?: never;
    query?: never;
    url: '/api/server/v1/invitations';
  };
  type InvitationsGetResponse = InvitationsGetResponses[keyof InvitationsGetResponses];
  type InvitationsGetResponses = {
    200: InvitationWithMetadata;
  };
  type InvitationsListData = {
    body?: never;
    path?: never;
    query?: {
      limit?: number;
      cursor?: string;
      status?: Array<'PENDING' | 'ACCEPTED' | 'REVOKED' | 'EXPIRED'>;
      search?: string;
    };
    url: '/api/server/v1/invitations';
  };
  type InvitationsListResponse = InvitationsListResponses[keyof InvitationsListResponses];
  type InvitationsListResponses = {
    200: {
      items: Array<Invitation>;
      nextCursor: string | null;
      hasMore: boolean;
    };
  };
  type InvitationsUpdateMetadataData = {
    body: InvitationMetadataChanges;
    path: {
      invitationId: string;
    };
    query?: never;
    url: '/api/server/v1/invitations/{invitationId}';
  };
  export type KnownMetadata<M> = MetadataTypes & {
    readonly [K in keyof M]: K extends 'organization' | 'membership' | 'invitation'
      ? {
          readonly [Bag in keyof M[K]]: Bag extends keyof TwoBagTypes ? object : never;
        }
      : K extends keyof MetadataTypes
        ? object
        : never;
  };
  type MembershipBags<M> = TwoBags<TypeAt<M, 'membership'>>;
  type MembershipMetadataChanges = {
    publicMetadata?: {
      [key: string]: unknown;
    };
    privateMetadata?: {
      [key: string]: unknown;
    };
  };
  export interface MetadataObject {
    readonly [key: string]: unknown;
  }
  export type MetadataPatch<T> = {
    readonly [K in keyof T]?: PatchOf<T[K]> | null | undefined;
  };
  export interface MetadataTypes extends TwoBagTypes {
    readonly unsafeMetadata?: object;
    readonly organization?: TwoBagTypes;
    readonly membership?: TwoBagTypes;
    readonly invitation?: TwoBagTypes;
  }
  interface Operation {
    readonly method: string;
    readonly path: string;
    readonly pathParams?: Readonly<Record<string, unknown>>;
    readonly input?: unknown;
    readonly query?: FieldRules;
    readonly search?: URLSearchParams;
    readonly body?: FieldRules | 'raw';
    readonly defaults?: Readonly<Record<string, unknown>>;
    readonly isOpenBody?: boolean;
    readonly sharesBudget?: boolean;
    readonly isRepeatable?: boolean;
    readonly doneStatus?: number;
    readonly revokes?: Revoked;
    readonly answer: 'page' | 'list' | 'object' | 'record' | 'value' | 'nothing';
    readonly isSecretAnswer?: boolean;
    readonly guard?: AwaitGuard;
  }
  export interface Organization<M extends MetadataTypes = MetadataTypes>
    extends WithBags<OrganizationsGetResponse, OrganizationBags<M>> {}
  type Organization = {
    id: string;
    name: string;
    slug?: string | null;
    roleSetId?: string | null;
    publicMetadata: {
      [key: string]: unknown;
    };
    privateMetadata: {
      [key: string]: unknown;
    };
    createdAt: string;
  };
  type OrganizationBags<M> = TwoBags<TypeAt<M, 'organization'>>;
  export type OrganizationListMembersParams = Query<OrganizationsListMembersData['query']>;
  export type OrganizationListParams = Query<OrganizationsListData['query']>;
  export interface OrganizationMember<M extends MetadataTypes = MetadataTypes>
    extends WithBags<OrganizationsListMembersResponse['items'][number], MembershipBags<M>> {}
  type OrganizationMember = {
    organizationId: string;
    userId: string;
    role: string;
    roleName?: string | null;
    publicMetadata: {
      [key: string]: unknown;
    };
    privateMetadata: {
      [key: string]: unknown;
    };
    joinedAt: string;
  };
  type OrganizationMetadataChanges = {
    publicMetadata?: {
      [key: string]: unknown;
    };
    privateMetadata?: {
      [key: string]: unknown;
    };
  };
  export type OrganizationUpdateMemberMetadataParams<M extends MetadataTypes = MetadataTypes> = Changes<
    OrganizationsUpdateMemberMetadataData['body'],
    MembershipBags<M>
  >;
  export type OrganizationUpdateMetadataParams<M extends MetadataTypes = MetadataTypes> = Changes<
    OrganizationsUpdateMetadataData['body'],
    OrganizationBags<M>
  >;
  class Organizations<M extends MetadataTypes = MetadataTypes> {
    #private;
    constructor(send: Send);
    list(params?: OrganizationListParams, options?: RequestOptions): PagePromise<Organization<M>>;
    get(organizationId: string, options?: RequestOptions): Call<Organization<M>>;
    listMembers(
      organizationId: string,
      params?: OrganizationListMembersParams,
      options?: RequestOptions,
    ): PagePromise<OrganizationMember<M>>;
    updateMemberMetadata(
      organizationId: string,
      memberUserId: string,
      params: OrganizationUpdateMemberMetadataParams<M>,
      options?: RequestOptions,
    ): Call<OrganizationMember<M>>;
    updateMetadata(
      organizationId: string,
      params: OrganizationUpdateMetadataParams<M>,
      options?: RequestOptions,
    ): Call<Organization<M>>;
  }
  type OrganizationsGetResponse = OrganizationsGetResponses[keyof OrganizationsGetResponses];
  type OrganizationsGetResponses = {
    200: Organization;
  };
  type OrganizationsListData = {
    body?: never;
    path?: never;
    query?: {
      limit?: number;
      cursor?: string;
      name?: string;
    };
    url: '/api/server/v1/organizations';
  };
  type OrganizationsListMembersData = {
    body?: never;
    path: {
      organizationId: string;
    };
    query?: {
      limit?: number;
      cursor?: string;
    };
    url: '/api/server/v1/organizations/{organizationId}/members';
  };
  type OrganizationsListMembersResponse = OrganizationsListMembersResponses[keyof OrganizationsListMembersResponses];
  type OrganizationsListMembersResponses = {
    200: {
      items: Array<OrganizationMember>;
      nextCursor: string | null;
      hasMore: boolean;
    };
  };
  type OrganizationsUpdateMemberMetadataData = {
    body: MembershipMetadataChanges;
    path: {
      organizationId: string;
      memberUserId: string;
    };
    query?: never;
    url: '/api/server/v1/organizations/{organizationId}/members/{memberUserId}/metadata';
  };
  type OrganizationsUpdateMetadataData = {
    body: OrganizationMetadataChanges;
    path: {
      organizationId: string;
    };
    query?: never;
    url: '/api/server/v1/organizations/{organizationId}/metadata';
  };
  export interface Page<T> {
    readonly items: readonly T[];
    readonly nextCursor: string | null;
    readonly hasMore: boolean;
  }
  export interface PagePromise<T> extends Call<Page<T>>, AsyncIterable<T> {
    pages(): AsyncIterable<Page<T>>;
  }
  type PatchOf<V> = V extends string | number | boolean | readonly unknown[]
    ? V
    : V extends object
      ? MetadataPatch<V>
      : V;
  type Query<T> = {
    readonly [K in keyof NonNullable<T>]: Given<NonNullable<T>[K]> | IfOptional<NonNullable<T>, K> | null;
  };
  export interface RequestOptions {
    readonly signal?: AbortSignal | undefined;
    readonly timeoutMs?: number | undefined;
    readonly maxRetries?: number | undefined;
    readonly headers?: Readonly<Record<string, string>> | undefined;
  }
  export interface Resources<M extends MetadataTypes = MetadataTypes> {
    readonly allowedOrigins: AllowedOrigins;
    readonly invitations: Invitations<M>;
    readonly organizations: Organizations<M>;
    readonly users: Users<M>;
    readonly sessions: Sessions;
  }
  interface Revoked {
    readonly what: 'user' | 'sessions' | 'session';
    readonly userId: unknown;
  }
  type Send = <T>(operation: Operation, options?: RequestOptions) => Call<T>;
  type ServerUserSearchRequest = {
    name?: string | null;
    email?: string | null;
    statuses?: Array<'pending_verification' | 'active' | 'banned' | 'deleted'>;
    createdAfter?: string | null;
    createdBefore?: string | null;
    userIds?: Array<string>;
    emailAddresses?: Array<string>;
    organizationId?: string;
  };
  export interface Session extends WireSession {}
  class Sessions {
    #private;
    constructor(send: Send);
    listForUser(userId: string, options?: RequestOptions): Call<Session[]>;
    revokeAllForUser(userId: string, options?: RequestOptions): Call<void>;
    revoke(userId: string, sessionId: string, options?: RequestOptions): Call<void>;
  }
  type SessionsListForUserResponse = SessionsListForUserResponses[keyof SessionsListForUserResponses];
  type SessionsListForUserResponses = {
    200: Array<UserSessionResponse>;
  };
  export interface ToriiClient<M extends MetadataTypes = MetadataTypes> extends Resources<M> {
    request<T = unknown>(request: ApiRequest, options?: RequestOptions): Call<T>;
  }
  export interface ToriiClientOptions {
    readonly secretKey: string | undefined;
    readonly apiUrl?: string | undefined;
    readonly fetch?: Fetch | undefined;
    readonly timeoutMs?: number | undefined;
    readonly maxRetries?: number | undefined;
    readonly onEvent?: ApiEventListener | undefined;
    readonly revocations?: RevocationAnnouncer;
    readonly announceSessions?: boolean | undefined;
  }
  export interface TwoBagTypes {
    readonly publicMetadata?: object;
    readonly privateMetadata?: object;
  }
  export interface TwoBags<M> {
    readonly publicMetadata: Bag<TypeAt<M, 'publicMetadata'>>;
    readonly privateMetadata: Bag<TypeAt<M, 'privateMetadata'>>;
  }
  type TypeAt<M, K extends string> = M extends {
    readonly [P in K]?: infer T;
  }
    ? Exclude<T, undefined>
    : unknown;
  type UpdateUserRequest = {
    name?: string | null;
    phone?: string | null;
    locale?: 'en' | 'da' | null;
    address?: string | null;
    dateOfBirth?: string | null;
    firstName?: string | null;
    lastName?: string | null;
    unsafeMetadata?: {
      [key: string]: unknown;
    };
  };
  export interface User<M extends MetadataTypes = MetadataTypes> extends WithBags<UsersGetResponse, UserBags<M>> {}
  export interface UserBags<M> extends TwoBags<M> {
    readonly unsafeMetadata: Bag<TypeAt<M, 'unsafeMetadata'>>;
  }
  export type UserCreateImpersonationTokenParams = Body<UsersCreateImpersonationTokenData['body']>;
  export type UserCreateParams<M extends MetadataTypes = MetadataTypes> = Body<UsersCreateData['body'], UserBags<M>>;
  export interface UserImpersonationToken extends UsersCreateImpersonationTokenResponse {}
  export type UserListOrganizationsParams = Query<UsersListOrganizationsData['query']>;
  export type UserListParams = Query<UsersListData['query']> & Body<UsersListData['body']>;
  type UserMetadataChanges = {
    publicMetadata?: {
      [key: string]: unknown;
    };
    privateMetadata?: {
      [key: string]: unknown;
    };
    unsafeMetadata?: {
      [key: string]: unknown;
    };
  };
  export interface UserOrganization<M extends MetadataTypes = MetadataTypes>
    extends WithBags<UsersListOrganizationsResponse['items'][number], MembershipBags<M>> {}
  type UserOrganization = {
    organizationId: string;
    name: string;
    slug?: string | null;
    role: string;
    roleName?: string | null;
    publicMetadata: {
      [key: string]: unknown;
    };
    privateMetadata: {
      [key: string]: unknown;
    };
    joinedAt: string;
  };
  type UserResponse = {
    id: string;
    environmentId: string;
    name?: string | null;
    phone?: string | null;
    locale?: 'en' | 'da' | null;
    address?: string | null;
    dateOfBirth?: string | null;
    status: 'pending_verification' | 'active' | 'banned' | 'deleted';
    createdAt: string;
    updatedAt: string;
    email?: string | null;
    deletedAt?: string | null;
    firstName?: string | null;
    lastName?: string | null;
    emailVerifiedAt?: string | null;
    publicMetadata: {
      [key: string]: unknown;
    };
    privateMetadata: {
      [key: string]: unknown;
    };
    unsafeMetadata: {
      [key: string]: unknown;
    };
  };
  type UserSessionResponse = {
    id: string;
    userId: string;
    environmentId: string;
    userAgent?: string | null;
    ipAddress?: string | null;
    createdAt: string;
    expiresAt: string;
    lastUsedAt: string;
    activeOrganizationId?: string | null;
    impersonatedBy?: string | null;
  };
  export type UserUpdateMetadataParams<M extends MetadataTypes = MetadataTypes> = Changes<
    UsersUpdateMetadataData['body'],
    UserBags<M>
  >;
  export type UserUpdateParams<M extends MetadataTypes = MetadataTypes> = Changes<UsersUpdateData['body'], UserBags<M>>;
  class Users<M extends MetadataTypes = MetadataTypes> {
    #private;
    constructor(send: Send);
    create(params: UserCreateParams<M>, options?: RequestOptions): Call<User<M>>;
    list(params?: UserListParams, options?: RequestOptions): PagePromise<User<M>>;
    get(userId: string, options?: RequestOptions): Call<User<M>>;
    update(userId: string, params: UserUpdateParams<M>, options?: RequestOptions): Call<User<M>>;
    delete(userId: string, options?: RequestOptions): Call<void>;
    ban(userId: string, options?: RequestOptions): Call<User<M>>;
    createImpersonationToken(
      userId: string,
      params: UserCreateImpersonationTokenParams,
      options?: RequestOptions,
    ): Call<UserImpersonationToken>;
    updateMetadata(userId: string, params: UserUpdateMetadataParams<M>, options?: RequestOptions): Call<User<M>>;
    listOrganizations(
      userId: string,
      params?: UserListOrganizationsParams,
      options?: RequestOptions,
    ): PagePromise<UserOrganization<M>>;
    unban(userId: string, options?: RequestOptions): Call<User<M>>;
  }
  type UsersCreateData = {
    body: CreateUserRequest;
    path?: never;
    query?: never;
    url: '/api/server/v1/users';
  };
  type UsersCreateImpersonationTokenData = {
    body: ImpersonationTokenInput;
    path: {
      userId: string;
    };
    query?: never;
    url: '/api/server/v1/users/{userId}/impersonation-token';
  };
  type UsersCreateImpersonationTokenResponse =
    UsersCreateImpersonationTokenResponses[keyof UsersCreateImpersonationTokenResponses];
  type UsersCreateImpersonationTokenResponses = {
    200: ImpersonationToken;
  };
  type UsersGetResponse = UsersGetResponses[keyof UsersGetResponses];
  type UsersGetResponses = {
    200: UserResponse;
  };
  type UsersListData = {
    body?: ServerUserSearchRequest;
    path?: never;
    query?: {
      limit?: number;
      cursor?: string;
    };
    url: '/api/server/v1/users/search';
  };
  type UsersListOrganizationsData = {
    body?: never;
    path: {
      userId: string;
    };
    query?: {
      limit?: number;
      cursor?: string;
    };
    url: '/api/server/v1/users/{userId}/organizations';
  };
  type UsersListOrganizationsResponse = UsersListOrganizationsResponses[keyof UsersListOrganizationsResponses];
  type UsersListOrganizationsResponses = {
    200: {
      items: Array<UserOrganization>;
      nextCursor: string | null;
      hasMore: boolean;
    };
  };
  type UsersUpdateData = {
    body: UpdateUserRequest;
    path: {
      userId: string;
    };
    query?: never;
    url: '/api/server/v1/users/{userId}';
  };
  type UsersUpdateMetadataData = {
    body: UserMetadataChanges;
    path: {
      userId: string;
    };
    query?: never;
    url: '/api/server/v1/users/{userId}/metadata';
  };
  type WireInvitation = InvitationsListResponse['items'][number];
  type WireSession = SessionsListForUserResponse[number];
  type WithBags<T, Bags> = {
    [K in keyof T as K extends keyof Bags ? never : K]: T[K];
  } & {
    [K in keyof Pick<T, keyof T & keyof Bags>]-?: Bags[K & keyof Bags] | Extract<T[K], null>;
  };
  function createResources<M extends MetadataTypes = MetadataTypes>(send: Send): Resources<M>;
  export function createToriiClient<M extends KnownMetadata<M> = MetadataTypes>(
    options: ToriiClientOptions,
  ): ToriiClient<M>;
  export const defaultApiUrl = 'https://api.torii.so';
}
