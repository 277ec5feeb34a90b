// Apps for installed-types.matrix.test.ts. They are texts, because their imports resolve only in the folder of the app.
import { versionOf } from '../packed-app.ts';

export interface InstalledApp {
  /** The only package of this repository that the app installs. */
  readonly name: string;
  readonly entries: readonly string[];
  /** What the package's README tells its users to install too. */
  readonly others: Readonly<Record<string, string>>;
  /** The `types` of the app's tsconfig.json. */
  readonly types: readonly string[];
  /** Types whose parts are the framework's own, which plain Express under pnpm cannot name either; and functions that are no values. */
  readonly opaque: readonly string[];
  /** Exports without annotations. */
  readonly inferred: string;
  /** Exports with annotations, as `isolatedDeclarations` asks. */
  readonly annotated: string;
}

const issuer = `const issuer = 'https://acme.torii.so';`;

/** The same in the adapters for Express, Koa and Fastify. */
const adapter = {
  inferred: `
${issuer}
export const verifier = createVerifier({ issuer });
export const lenient = createVerifier({ issuer, publicPaths: ['/health'] });
export const typed = createVerifier<{ plan: string }>({ issuer });
export const guard = requireAuth(verifier);
export const guards = [requireAuth({ issuer }), optionalAuth(lenient), allow((auth) => auth.emailVerified)];
export const checks = [(auth: Auth) => auth.emailVerified || refuse('Verify your email address first.')];
export const refusal = refuse('No.');
export const check = (token: string) => verifier.check({ headers: { authorization: token } });
export const authenticate = (token: string) => lenient.authenticate({ headers: { authorization: token } });
export const organizationOf = async (token: string) => (await typed.verify(token)).organization;
export const actorOf = async (token: string) => (await typed.verify(token)).actor;
export const onEvent: VerifierOptions['onEvent'] = (event) => console.log(event.type);
export const readEvent = (event: Parameters<NonNullable<VerifierOptions['onEvent']>>[0]) =>
  event.type === 'refused' ? event.detail : event;
export type Options = Parameters<typeof createVerifier>[0];
export type GuardOptionsOf = Parameters<typeof requireAuth>[1];
export type Checked = Awaited<ReturnType<typeof check>>;
export const reasonOf = (error: unknown) => (error instanceof ToriiAuthError ? error.reason : undefined);
export const statusOf = (error: unknown) => (error instanceof ToriiUnavailableError ? error.status : undefined);
export class ExpiredError extends ToriiAuthError {}
export const handler = webhookHandler({ secret: 'whsec_abc' }, async (event) => event.id);
export const isRefused = (error: unknown) => error instanceof ToriiWebhookError && error.reason;
`,
  imports: `allow, type Auth, createVerifier, optionalAuth, refuse, requireAuth, ToriiAuthError, ToriiUnavailableError, type VerifierOptions`,
  annotated: `
${issuer}
export const verifier: Verifier<Claims, never> = createVerifier({ issuer });
export const denialOf: (result: CheckResult<Claims>) => Denial | undefined = (result) => result.denial;
export const bodyOf = (denial: Denial): DenialBody => denial.body;
export const statusOf = (denial: Denial): DenialStatus => denial.status;
export const reasonOf = (error: ToriiAuthError): AuthReason => error.reason;
export const isAdmin: Check = (auth: Auth, request: RequestView): boolean | Refusal =>
  (request.method === 'GET' && auth.emailVerified) || refuse('No.');
export const organizationOf = (auth: Auth): Organization | null => auth.organization;
export const actorOf = (auth: Auth): Actor | null => auth.actor;
export const listener: VerifierEventListener = (event: VerifierEvent): void => console.log(event.type);
export const options: VerifierOptions = { issuer, onEvent: listener };
export const invoicePaid = (event: WebhookEvent): WebhookEventOf<'user.deleted', WebhookUser> | undefined =>
  event.type === 'user.deleted' ? event : undefined;
export const webhook: WebhookReceiverOptions = { secret: 'whsec_abc' };
export const why = (error: ToriiWebhookError): WebhookReason => error.reason;
`,
  types: `type Actor, type Auth, type AuthReason, type Check, type CheckResult, type Claims, createVerifier, type Denial, type DenialBody, type DenialStatus, type Organization, type Refusal, refuse, type RequestView, type ToriiAuthError, type Verifier, type VerifierEvent, type VerifierEventListener, type VerifierOptions`,
  webhookTypes: `type ToriiWebhookError, type WebhookEvent, type WebhookEventOf, type WebhookReason, type WebhookReceiverOptions, type WebhookUser`,
};

export const installedApps: readonly InstalledApp[] = [
  {
    name: 'core',
    entries: ['.', './adapter', './current-auth', './jwt', './webhooks'],
    others: {},
    types: [],
    opaque: [],
    inferred: `
import { authenticateRequest, createTokenVerifier, createVerifier, denialFor, Patch, refuse, verifyToken } from '@torii/core';
import { answerFor, createGuards } from '@torii/core/adapter';
import { readPath, viewOf } from '@torii/core/adapter';
import { createJwtVerifier } from '@torii/core/jwt';
import { createWebhookReceiver, verifyWebhook } from '@torii/core/webhooks';
${issuer}
export const verifier = createVerifier({ issuer, checks: [() => refuse('No.')] });
export const tokens = createTokenVerifier({ issuer });
export const jwt = createJwtVerifier({ secret: 'x'.repeat(32), algorithms: ['HS256'] });
export const check = (request: Request) => verifier.check(request);
export const once = (request: Request) => authenticateRequest(request, { issuer });
export const token = (text: string) => verifyToken(text, { issuer });
export const denied = (error: unknown) => denialFor(error);
export const receiver = createWebhookReceiver({ secret: 'whsec_abc' });
export const received = (payload: string) => receiver.receive({ headers: {}, payload }, () => undefined);
export const event = (payload: string) => verifyWebhook({ secret: 'whsec_abc', headers: {}, payload });
export const guards = createGuards({
  place: 'request.auth',
  describe: (request: Request) => request,
  read: () => null,
  write: () => {},
  toMiddleware: (guard) => guard,
});
export const { requireAuth, getAuth } = guards;
export const answer = (error: unknown) => answerFor(error, new Request(issuer), undefined);
export const view = viewOf({});
export const path = readPath('/a');
export const body = Patch.diff({ name: 'Ada' }, { name: 'Eve' });
`,
    annotated: `
import { type Auth, type Claims, createVerifier, type Denial, denialFor, type JSONWebKeySet, type Verifier } from '@torii/core';
import { type Answer, answerFor, type Guards } from '@torii/core/adapter';
import { createJwtVerifier } from '@torii/core/jwt';
import { createWebhookReceiver, type WebhookAnswer, type WebhookReceiver } from '@torii/core/webhooks';
${issuer}
export const verifier: Verifier<Claims, never> = createVerifier({ issuer });
export const keys: JSONWebKeySet = { keys: [] };
export const verify = (text: string): Promise<Auth> => verifier.verify(text);
export const denied = (error: unknown): Denial | undefined => denialFor(error);
export const answer = (error: unknown): Promise<Answer> => answerFor(error, {}, undefined);
export const jwt: Verifier<Claims, null> = createJwtVerifier({ secret: 'x'.repeat(32), algorithms: ['HS256'] });
export const receiver: WebhookReceiver = createWebhookReceiver({ secret: 'whsec_abc' });
export const received = (payload: string): Promise<WebhookAnswer> => receiver.receive({ headers: {}, payload }, () => 0);
export type MyGuards = Guards<Request, () => void>;
`,
  },
  {
    name: 'express',
    entries: ['.', './current-auth', './webhooks'],
    others: pick('packages/express', 'express', '@types/express'),
    types: [],
    opaque: ['Guard', 'WebhookRequestHandler'],
    inferred: `
import { getAuth, type OnError, ${adapter.imports} } from '@torii/express';
import { ToriiWebhookError, webhookHandler } from '@torii/express/webhooks';
import express from 'express';
${adapter.inferred}
export const onError: OnError = (denial) => ({ ...denial, status: 404 });
export const idOf = (req: express.Request) => [getAuth(req).userId, req.auth?.userId];
export const whoIs = (req: express.Request) => req.auth;
const app = express();
app.use(requireAuth(verifier, { onError: (denial, error, req) => ({ ...denial, body: { path: req.path, is: error.code } }) }));
app.post('/webhooks/:tenant', handler);
app.get('/users/:id', guard, allow((auth) => auth.emailVerified), (req, res) => void res.json({ id: req.params.id, me: req.auth?.userId }));
`,
    annotated: `
import { type ExpressRequest, type Guard, type GuardOptions, getAuth, requireAuth, ${adapter.types} } from '@torii/express';
import { type WebhookRequestHandler, webhookHandler, ${adapter.webhookTypes} } from '@torii/express/webhooks';
${adapter.annotated}
export const guardOptions: GuardOptions<ExpressRequest> = { onError: (denial) => denial };
export const guard: Guard = requireAuth(verifier, guardOptions);
export const handler: WebhookRequestHandler = webhookHandler(webhook, () => undefined);
export const who = (req: ExpressRequest): Auth => getAuth(req);
`,
  },
  {
    name: 'koa',
    entries: ['.', './current-auth', './webhooks'],
    others: pick('packages/koa', 'koa', '@types/koa'),
    types: [],
    opaque: ['KoaMiddleware'],
    inferred: `
import { getAuth, type OnError, ${adapter.imports} } from '@torii/koa';
import { ToriiWebhookError, webhookHandler } from '@torii/koa/webhooks';
import Koa from 'koa';
${adapter.inferred}
export const onError: OnError = (denial) => ({ ...denial, status: 404 });
export const idOf = (ctx: Koa.Context) => [getAuth(ctx).userId, ctx.state.auth?.userId];
const app = new Koa();
app.use(requireAuth(verifier, { onError: (denial, error, ctx) => ({ ...denial, body: { path: ctx.path, is: error.code } }) }));
app.use(handler);
app.use((ctx) => {
  ctx.body = { me: ctx.state.auth?.userId };
});
`,
    annotated: `
import { type GuardOptions, getAuth, type KoaContext, type KoaMiddleware, requireAuth, ${adapter.types} } from '@torii/koa';
import { webhookHandler, ${adapter.webhookTypes} } from '@torii/koa/webhooks';
${adapter.annotated}
export const guardOptions: GuardOptions<KoaContext> = { onError: (denial) => denial };
export const guard: KoaMiddleware = requireAuth(verifier, guardOptions);
export const handler: KoaMiddleware = webhookHandler(webhook, () => undefined);
export const who = (ctx: KoaContext): Auth => getAuth(ctx);
`,
  },
  {
    name: 'hono',
    entries: ['.', './current-auth', './webhooks'],
    others: pick('packages/hono', 'hono', '@hono/node-server'),
    types: [],
    opaque: ['HonoMiddleware', 'HonoHandler'],
    inferred: `
import { type AuthVariables, getAuth, type OnError, ${adapter.imports} } from '@torii/hono';
import { ToriiWebhookError, webhookHandler } from '@torii/hono/webhooks';
import { type Context, Hono } from 'hono';
${adapter.inferred}
export const onError: OnError = (denial) => ({ ...denial, status: 404 });
export const idOf = (c: Context<{ Variables: AuthVariables }>) => [getAuth(c).userId, c.var.auth?.userId];
export const whoIs = (c: Context<{ Variables: AuthVariables }>) => c.get('auth');
export const app = new Hono()
  .use(requireAuth(verifier, { onError: (denial, error, c) => ({ ...denial, body: { path: c.req.path, is: error.code } }) }))
  .post('/webhooks/:tenant', handler)
  .get('/users/:id', guard, allow((auth) => auth.emailVerified), (c) => c.json({ id: c.req.param('id'), me: c.var.auth.userId }));
`,
    annotated: `
import { type AuthVariables, type GuardOptions, getAuth, type HonoContext, type HonoMiddleware, requireAuth, ${adapter.types} } from '@torii/hono';
import { type HonoHandler, webhookHandler, ${adapter.webhookTypes} } from '@torii/hono/webhooks';
${adapter.annotated}
export const guardOptions: GuardOptions<HonoContext> = { onError: (denial) => denial };
export const guard: HonoMiddleware<AuthVariables> = requireAuth(verifier, guardOptions);
export const handler: HonoHandler = webhookHandler(webhook, () => undefined);
export const who = (c: HonoContext): Auth => getAuth(c);
`,
  },
  {
    name: 'fastify',
    entries: ['.', './current-auth', './webhooks'],
    others: pick('packages/fastify', 'fastify'),
    types: [],
    opaque: [],
    inferred: `
import { getAuth, type OnError, ${adapter.imports} } from '@torii/fastify';
import { ToriiWebhookError, webhookHandler } from '@torii/fastify/webhooks';
import Fastify, { type FastifyRequest } from 'fastify';
${adapter.inferred}
export const onError: OnError = (denial) => ({ ...denial, status: 404 });
export const idOf = (request: FastifyRequest) => [getAuth(request).userId, request.auth?.userId];
export const whoIs = (request: FastifyRequest) => request.auth;
const app = Fastify();
app.addHook('onRequest', requireAuth(verifier, { onError: (denial, error, request) => ({ ...denial, body: { path: request.url, is: error.code } }) }));
app.register(handler, { prefix: '/webhooks' });
app.get<{ Params: { id: string } }>('/users/:id', { onRequest: [guard, allow((auth) => auth.emailVerified)] }, async (request) => ({ id: request.params.id, me: request.auth?.userId }));
`,
    annotated: `
import { type Guard, type GuardOptions, getAuth, requireAuth, ${adapter.types} } from '@torii/fastify';
import { type WebhookPlugin, webhookHandler, ${adapter.webhookTypes} } from '@torii/fastify/webhooks';
import type { FastifyRequest } from 'fastify';
${adapter.annotated}
export const guardOptions: GuardOptions<FastifyRequest> = { onError: (denial) => denial };
export const guard: Guard = requireAuth(verifier, guardOptions);
export const handler: WebhookPlugin = webhookHandler(webhook, () => undefined);
export const who = (request: FastifyRequest): Auth => getAuth(request);
`,
  },
  {
    name: 'next',
    entries: ['.', './client', './proxy', './renewal', './webhooks'],
    others: { ...pick('packages/next', 'next', 'react', 'react-dom', '@types/react') },
    types: [],
    opaque: [],
    inferred: `
import { createToriiNext, refuse, ToriiAuthError } from '@torii/next';
import { endSession, getErrorReason, useSignIn } from '@torii/next/client';
import { createToriiProxy } from '@torii/next/proxy';
import { renewInProxy } from '@torii/next/renewal';
import { webhookHandler } from '@torii/next/webhooks';
${issuer}
const paths = { signInPath: '/sign-in', origins: [] };
export const torii = createToriiNext({ issuer, ...paths });
export const { auth, protect, withAuth } = torii;
export const typed = createToriiNext<{ plan: string }>({ issuer, ...paths });
export const GET = withAuth((_request, { auth }) => Response.json({ id: auth.userId }), () => refuse('No.'));
export const filter = createToriiProxy({ issuer, ...paths, renewInProxy });
export const page = async () => (await protect()).organization;
export const me = async () => (await auth())?.actor;
export const checked = (request: Request) => torii.fromRequest(request);
export const POST = webhookHandler({ secret: 'whsec_abc' }, (event) => event.id);
export const why = (error: Error & { digest?: string }) => getErrorReason(error);
export const signIn = () => useSignIn({ getToken: async () => null });
export const leave = endSession;
export const reasonOf = (error: ToriiAuthError) => error.reason;
`,
    annotated: `
import { type Auth, type CheckResult, type Claims, createToriiNext, type Organization, type Protect, type Reason, type ToriiNext, type ToriiNextOptions } from '@torii/next';
import { getErrorReason, type SignInState, useSignIn } from '@torii/next/client';
import { createToriiProxy, type ProxyFunction } from '@torii/next/proxy';
import { type WebhookHandler, webhookHandler } from '@torii/next/webhooks';
${issuer}
export const options: ToriiNextOptions = { issuer, signInPath: '/sign-in', origins: [] };
export const torii: ToriiNext = createToriiNext(options);
export const protect: Protect = torii.protect;
export const filter: ProxyFunction = createToriiProxy(options);
export const me = (): Promise<Auth | null> => torii.auth();
export const organizationOf = (auth: Auth<Claims>): Organization | null => auth.organization;
export const checked = (request: Request): Promise<CheckResult<Claims>> => torii.fromRequest(request);
export const handle: WebhookHandler = (event) => event.id;
export const POST: (request: Request) => Promise<Response> = webhookHandler({ secret: 'whsec_abc' }, handle);
export const why = (error: Error & { digest?: string }): Reason | undefined => getErrorReason(error);
export const signIn = (): SignInState => useSignIn({ getToken: async () => null });
`,
  },
  {
    name: 'api',
    entries: ['.'],
    others: {},
    types: [],
    opaque: ['createResources'],
    inferred: `
import { createToriiClient, Patch, ToriiApiError, ToriiConnectionError, type UserUpdateMetadataParams, type UserUpdateParams } from '@torii/api';
export const client = createToriiClient({ secretKey: 'sk_test_abc' });
export const users = client.users.list();
export const user = await client.users.get('a');
export const email = user.email;
export const sessions = await client.sessions.listForUser('a');
export const page = await client.users.list({ limit: 10 });
export const response = client.users.get('a').withResponse();
export const anything = client.request({ method: 'GET', path: '/api/server/v1/users' });
export const all = async () => Array.fromAsync(client.users.list());
export const pages = client.users.list().pages();
export const patch: UserUpdateParams = { lastName: Patch.set('Lovelace') };
export const lastNameOf = (params: UserUpdateParams) => params.lastName;
export const metadata = user.publicMetadata;
export const organizations = client.organizations.list();
export const members = client.organizations.listMembers('o');
export const memberships = await client.users.listOrganizations('a');
export const invitation = await client.invitations.get('i');
export const invited = client.invitations.create({ email: 'bo@example.com' });
export const origins = await client.allowedOrigins.get();
export const token = client.users.createImpersonationToken('a', { actorUserId: 'b', reason: 'A support case.' });
export const typed = createToriiClient<{ publicMetadata: { plan: string } }>({ secretKey: 'sk_test_abc' });
export const typedUser = await typed.users.get('a');
export const typedMetadata = typedUser.publicMetadata;
export const typedOrganization = typed.organizations.get('o').withResponse();
export const changeOf = (change: UserUpdateMetadataParams) => change.publicMetadata;
export const failed = (error: unknown) => (error instanceof ToriiApiError ? error.problem : undefined);
export const gone = (error: unknown) => (error instanceof ToriiConnectionError ? error.reason : undefined);
export const { list, create } = client.users;
`,
    annotated: `
import { type Call, type ConnectionReason, createToriiClient, type Page, type PagePromise, type ProblemDetails, type Session, type ToriiApiError, type ToriiClient, type ToriiConnectionError, type User, type UserListParams } from '@torii/api';
export const client: ToriiClient = createToriiClient({ secretKey: 'sk_test_abc' });
export const params: UserListParams = { limit: 10 };
export const users: PagePromise<User> = client.users.list(params);
export const page: Page<User> = await users;
export const user: Call<User> = client.users.get('a');
export const sessions: Session[] = await client.sessions.listForUser('a');
export const failed = (error: ToriiApiError): ProblemDetails | null => error.problem;
export const gone = (error: ToriiConnectionError): ConnectionReason => error.reason;
`,
  },
  {
    name: 'authz',
    entries: ['.'],
    others: {},
    types: [],
    opaque: [],
    inferred: `
import { allOf, anyOf, createAuthz, lintPermissions, not, type AuthzOptions } from '@torii/authz';
export const authz = createAuthz({ permissions: { permissions: { admin: ['GET-invoices/*'] } } });
export const checks = authz.checks;
export const either = anyOf(allOf(...checks), not((auth) => auth.impersonating));
export const explained = (auth: Parameters<typeof authz.can>[0]) => authz.explain(auth, {});
export const findings = lintPermissions({});
export const listener = (options: AuthzOptions) => options.onEvent;
`,
    annotated: `
import { anyOf, type Auth, type Authz, type AuthzOptions, type Check, createAuthz, type Explanation, type LintFinding, lintPermissions, type RequestLike } from '@torii/authz';
export const options: AuthzOptions = { permissions: { permissions: { admin: ['GET-invoices/*'] } } };
export const authz: Authz = createAuthz(options);
export const either: Check = anyOf(...authz.checks);
export const explained = (auth: Auth, request: RequestLike): Promise<Explanation> => authz.explain(auth, request);
export const findings: readonly LintFinding[] = lintPermissions({});
`,
  },
  {
    name: 'streams',
    entries: ['.', './nats'],
    others: pick('packages/streams', '@nats-io/kv', '@nats-io/transport-node', '@types/node'),
    types: ['node'],
    opaque: [],
    inferred: `
import { createRotation, createStreamSigner, publishPublicKey, readStreamEnvironment, verifyStreamToken } from '@torii/streams';
import { connectStore, createNatsStore } from '@torii/streams/nats';
export const environment = readStreamEnvironment(process.env);
export const signer = createStreamSigner({ privateKey: 'a' });
export const token = signer.issue({ subject: 'a', allowedStreams: ['a'], ttlSeconds: 60 });
export const issueFor = signer.issueFor;
export const kv = connectStore({ servers: 'nats://127.0.0.1:4222' });
export const published = async () => publishPublicKey(await kv, signer.publicKey);
export const rotate = async () => createRotation({ kv: await kv, from: 'a', to: 'b', gatewayUrl: undefined });
export const plan = async () => (await rotate()).plan();
export const verified = verifyStreamToken('a', { publicKey: 'b' });
export const store = createNatsStore;
`,
    annotated: `
import { type Auth, createStreamSigner, type KeyStore, type StreamGrant, type StreamSigner, type StreamToken } from '@torii/streams';
import { type ConnectedStore, connectStore, type NatsOptions } from '@torii/streams/nats';
export const signer: StreamSigner = createStreamSigner({ privateKey: 'a' });
export const issue = (auth: Auth, grant: StreamGrant): Promise<StreamToken> => signer.issueFor(auth, grant);
export const options: NatsOptions = { servers: 'nats://127.0.0.1:4222' };
export const kv: Promise<ConnectedStore> = connectStore(options);
export const store: Promise<KeyStore> = kv;
`,
  },
  {
    name: 'emulator',
    entries: ['.', './browser'],
    others: pick('packages/emulator', '@types/node'),
    types: ['node'],
    opaque: [],
    inferred: `
import { startEmulator } from '@torii/emulator';
import { createSession } from '@torii/emulator/browser';
export const torii = await startEmulator();
export const user = await torii.createUser({ email: 'ada@example.com' });
export const token = torii.token({ userId: user.id });
export const environment = torii.environment('default');
export const deliveries = torii.webhookDeliveries();
export const webhooks = torii.webhooks;
export const requests = torii.requests;
export const session = createSession({ issuer: torii.issuer });
`,
    annotated: `
import { type Emulator, type EmulatorEnvironment, type NewUser, type RequestCounts, startEmulator, type User, type WebhookDelivery } from '@torii/emulator';
export const torii: Emulator = await startEmulator();
export const ada: NewUser = { email: 'ada@example.com', status: 'active' };
export const user: Promise<User> = torii.createUser(ada);
export const environment: EmulatorEnvironment = torii.environment('default');
export const deliveries: readonly WebhookDelivery[] = torii.webhookDeliveries();
export const requests: RequestCounts = torii.requests;
`,
  },
  {
    name: 'cli',
    entries: ['.'],
    others: pick('packages/cli', '@types/node'),
    types: ['node'],
    opaque: [],
    inferred: `
import { runTorii } from '@torii/cli';
export const run = (signal: AbortSignal) => runTorii(['secret'], { ...process, cwd: process.cwd(), signal });
export type Options = Parameters<typeof runTorii>[1];
export const out = (options: Options) => options.stdout;
`,
    annotated: `
import { type RunOptions, runTorii, type Sink } from '@torii/cli';
export const out = (options: RunOptions): Sink => options.stdout;
export const run = (options: RunOptions): Promise<number> => runTorii(['secret'], options);
`,
  },
];

function pick(folder: string, ...names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, versionOf(name, folder)]));
}
