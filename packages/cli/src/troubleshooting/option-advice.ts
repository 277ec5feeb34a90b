/** What most often helps, for options whose messages alone do not say it. In Markdown, with links from docs/. */
export const optionAdvice: Readonly<Record<string, string>> = {
  apiUrl: 'Leave it out to use Torii’s API. For the emulator, set it to the URL that it prints, without a path.',
  audience:
    'If you read it from an environment variable, the variable is not set. Leave `audience` out if your tokens have none. [Tokens for third parties](tokens-for-third-parties.md)',
  auth: 'Pass the object that the verifier or `getAuth` returned. A copy (`{ ...auth }`, JSON, a Redux store) is not accepted, because anyone could make one.',
  await:
    'A call of a verifier or of the REST client returns a promise. Write `await` before the call, in an `async` function. [More](decisions/missing-await.md)',
  client:
    'Pass a connected client of `ioredis` or `redis`. The message says what this one lacks. [The stores](revocation.md#the-stores)',
  currentAuth:
    'Call `keepCurrentAuth` of your adapter before the handlers, and call `currentAuth()` while the request is handled. [How](current-auth.md)',
  environmentId:
    'Write the id of the environment from the dashboard, which is the `pid` of its tokens: `torii token decode` shows it. If you read it from the environment, the variable is not set.',
  exposeToken:
    'Set it in the guard that protects the route, not in the verifier. [Call your own services](tokens-for-your-services.md)',
  feed: 'The `cause` of the error says what the store answered. [The stores](revocation.md#the-stores)',
  getAuth:
    'Put `requireAuth` or `optionalAuth` before the handler, and pass the same request object that the guard got.',
  getToken: 'Put `requireAuth({ issuer, exposeToken: true })` before the handler, and pass the same request object.',
  initialKeys:
    'Write the file when the app is built, as [the page on serverless functions](serverless.md) shows, and do not change it.',
  issuer:
    'If the message says that it is undefined or empty, the environment variable is not set: check its name, that `.env` is loaded (`node --env-file=.env`), and that the deployment has it. Otherwise write the issuer URL that the dashboard shows, such as `https://acme.torii.so`: without a path, and not the URL of the API.',
  jwks: 'Write the URL of the key set of the other issuer, or the set itself. [Tokens of other issuers](decisions/jwt.md)',
  keepCurrentAuth: 'Write it once, without arguments, before the handlers. [How](current-auth.md)',
  key: 'Pass the public key as PEM. A private key or a secret must not be in a verifier: for HS256, use `secret`.',
  keys: 'Leave it out, so that the keys are fetched and rotations are noticed. Tests pass the key set of [the emulator](testing.md).',
  login:
    'Pass one login. `torii keys` reads it from NATS_CREDS, NATS_NKEY, NATS_TOKEN, or NATS_USER and NATS_PASSWORD.',
  maxTokenSeconds:
    'All servers and the command line need the same number. [Two numbers to choose](revocation.md#two-numbers-to-choose)',
  options:
    'Pass one plain object. If the framework passes its request to the function, you left out the call: write `app.use(requireAuth({ issuer }))`.',
  origins: 'Write a scheme and a host, such as `https://app.example.com`: no path, no slash at the end, no `*`.',
  payload:
    'Pass the bytes that were sent. The table of [the raw body](webhooks.md#the-raw-body) says what may run before the handler.',
  permissions: 'Run `torii rbac lint` on the document. [The format](../packages/authz/README.md)',
  privateKey: 'Set the environment variable to the PEM text of the RSA key. `torii keys generate` creates one.',
  publicPaths:
    'Write exact paths, or `/docs/*` for everything below `/docs/`. Patterns such as `/users/:id` are not supported. [Why](decisions/public-paths.md)',
  publishableKey: 'Copy the publishable key (`pk_…`) from the dashboard. The secret key (`sk_…`) must not be here.',
  requireAuth: 'Write the parentheses: `app.use(requireAuth({ issuer }))`, not `app.use(requireAuth)`.',
  requireGuard: 'Add a guard to the route, or write `{ config: { requireGuard: false } }` to say that it needs none.',
  retentionSeconds:
    'Entries must outlive every token that they refuse. [Two numbers to choose](revocation.md#two-numbers-to-choose)',
  revocations:
    'Pass what `createRevocations` returned, with the same issuer and environment as the verifier, the client or the webhook.',
  scheme:
    "Leave it out for `Authorization: Bearer <token>`. Write `'none'` for a header that contains the token alone. [How](tokens-from-proxies.md)",
  secret:
    'For webhooks: copy the secret (`whsec_…`) of this webhook from the dashboard. For `createJwtVerifier`: `torii secret` creates one. If you read it from the environment, the variable is not set.',
  secretKey:
    'Copy the secret key (`sk_…`) of this environment from the dashboard. If the message says that the API refuses it, the key was revoked, belongs to another environment or API URL, or a part of it is missing: `torii whoami` shows which key is used. If it is undefined, the environment variable is not set.',
  servers: 'Write `nats://host:4222`, or `tls://host:4222`. Several servers are a list, or separated by commas.',
  store: "Pass a Keyv, `'memory'`, or an object with `get`, `set` and `delete`. [Repeats](webhooks.md#repeats)",
  tenant: 'Say where a request names its tenant: `header`, `baseDomain` or `slug`. [More](../packages/authz/README.md)',
  token: 'Pass the token alone, as text. For a request, call `authenticate` or `check`.',
  webhookHandler:
    'Pass the options and the handler. It reads the body itself: [what may run before it](webhooks.md#the-raw-body).',
};
