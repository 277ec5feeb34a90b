import type * as Clerk from '@clerk/express';

type Options = Clerk.ClerkMiddlewareOptions;
type OptionName =
  | keyof Options
  | `frontendApiProxy.${keyof NonNullable<Options['frontendApiProxy']>}`
  | `organizationSyncOptions.${keyof NonNullable<Options['organizationSyncOptions']>}`;

/** Every option of the package. A new option of theirs does not compile until it is added here, and to the page. */
export const options = {
  clerkMiddleware: {
    publishableKey: true,
    domain: true,
    isSatellite: true,
    proxyUrl: true,
    signInUrl: true,
    signUpUrl: true,
    afterSignInUrl: true,
    afterSignUpUrl: true,
    organizationSyncOptions: true,
    'organizationSyncOptions.organizationPatterns': true,
    'organizationSyncOptions.personalAccountPatterns': true,
    apiClient: true,
    acceptsToken: true,
    machineSecretKey: true,
    satelliteAutoSync: true,
    audience: true,
    authorizedParties: true,
    clockSkewInMs: true,
    issuer: true,
    headerType: true,
    jwksCacheTtlInMs: true,
    skipJwksCache: true,
    secretKey: true,
    apiUrl: true,
    apiVersion: true,
    jwtKey: true,
    debug: true,
    clerkClient: true,
    frontendApiProxy: true,
    'frontendApiProxy.enabled': true,
    'frontendApiProxy.path': true,
  } satisfies Record<OptionName, true>,
};

/** Every value that the package exports. */
export const names = {
  clerkMiddleware: true,
  requireAuth: true,
  getAuth: true,
  clerkClient: true,
  createClerkClient: true,
  authenticateRequest: true,
  verifyToken: true,
} satisfies Record<keyof typeof Clerk, true>;
