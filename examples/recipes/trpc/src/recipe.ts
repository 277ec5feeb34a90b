import { type Auth, authorize, type Check, createVerifier, denialFor, type RequestLike } from '@torii/core';
import { initTRPC, TRPCError } from '@trpc/server';

const verifier = createVerifier({ issuer: process.env.TORII_ISSUER });
const codes = { 400: 'BAD_REQUEST', 401: 'UNAUTHORIZED', 403: 'FORBIDDEN', 503: 'SERVICE_UNAVAILABLE' } as const;

/** For the option `createContext` of the adapter. All calls of a batch share one verification. */
export function createContext({ req }: { readonly req: RequestLike }) {
  let verified: Promise<Auth> | undefined;
  // Verifies only when a procedure asks for the caller, so that public procedures fetch no keys.
  return { req, authenticate: () => (verified ??= verifier.authenticate(req)) };
}

/** For the option `responseMeta` of the adapter: the challenge of a 401 or 403, and `Retry-After` of a 503. */
export function responseMeta({ errors, eagerGeneration }: ResponseSoFar) {
  // A stream begins before its calls are decided.
  const streamed = eagerGeneration ? { 'Cache-Control': 'private, no-store', Vary: 'Authorization, Cookie' } : {};
  return { headers: new Headers(Object.assign(streamed, ...errors.map(({ cause }) => denialFor(cause)?.headers))) };
}

interface ResponseSoFar {
  readonly errors: readonly TRPCError[];
  readonly eagerGeneration?: boolean;
}

const t = initTRPC.context<typeof createContext>().create({
  errorFormatter: ({ shape, error }) => ({
    ...shape,
    // The message of an unexpected error can contain anything, such as names of tables.
    message: error.code === 'INTERNAL_SERVER_ERROR' ? 'Internal server error' : shape.message,
    data: { ...shape.data, reason: denialFor(error.cause)?.body.error.reason },
  }),
});

export const router = t.router;

/** Everyone may call it. If it throws a refusal, for example from `authorize`, the client gets that refusal's status. */
export const publicProcedure = t.procedure.use(async ({ next }) => {
  const result = await next();
  const denial = result.ok ? undefined : denialFor(result.error.cause);
  if (result.ok || denial === undefined) return result;
  const { cause } = result.error;
  throw new TRPCError({ code: codes[denial.status], message: denial.body.error.message, cause });
});

/** Needs a token. `ctx.auth` is the caller. */
export const protectedProcedure = publicProcedure.use(async ({ ctx, next }) =>
  next({ ctx: { auth: await ctx.authenticate() } }),
);

/** Needs a token, and refuses callers with 403 unless all checks return `true`. */
export const allow = (...checks: readonly [Check, ...Check[]]) =>
  protectedProcedure.use(async ({ ctx, next }) => {
    await authorize(ctx.auth, ctx.req, checks);
    return next();
  });
