import type * as Sdk from '@torii-backend/sdk';
import type * as SdkExpress from '@torii-backend/sdk/express';

type NamesOf<T> = T extends unknown ? keyof T : never;
type Users = InstanceType<typeof Sdk.UsersClient>;
type Sessions = InstanceType<typeof Sdk.SessionsClient>;

/** Every option of the package. A new option does not compile until it is added here, and to the page. */
export const options = {
  requireAuth: {
    issuer: true,
    audience: true,
    clockTolerance: true,
    header: true,
    onAuthError: true,
  } satisfies Record<NamesOf<SdkExpress.RequireAuthOptions>, true>,
  createToriiClient: { secretKey: true, apiUrl: true, fetch: true } satisfies Record<
    keyof Sdk.ToriiClientOptions,
    true
  >,
  'users.list': { limit: true, cursor: true, filter: true } satisfies Record<keyof Sdk.ListUsersOptions, true>,
  verifyWebhook: { secret: true, headers: true, payload: true } satisfies Record<keyof Sdk.VerifyWebhookOptions, true>,
};

/** Every value that the package exports. */
export const names = {
  verifyToken: true,
  authenticateRequest: true,
  requireAuth: true,
  createToriiClient: true,
  UsersClient: true,
  SessionsClient: true,
  ToriiApiError: true,
  ToriiAuthError: true,
  verifyWebhook: true,
  _clearJwksCacheForTests: true,
} satisfies Record<keyof typeof Sdk | keyof typeof SdkExpress, true>;

/** Fields and methods of exported objects. The page must have a row for each, such as `auth.userId`. */
export const members = {
  auth: {
    userId: true,
    environmentId: true,
    issuer: true,
    emailVerified: true,
    profileComplete: true,
    impersonating: true,
    locale: true,
    raw: true,
  } satisfies Record<keyof Sdk.ToriiAuth, true>,
  users: { list: true, get: true, create: true, update: true, delete: true, ban: true, unban: true } satisfies Record<
    keyof Users,
    true
  >,
  sessions: { listForUser: true, revokeAllForUser: true, revoke: true } satisfies Record<keyof Sessions, true>,
};
