import { type Auth, authorize, type Check, createVerifier, denialFor, type RequestLike } from '@torii/core';
import { createGraphQLError, Repeater, type YogaInitialContext } from 'graphql-yoga';

const verifier = createVerifier({ issuer: process.env.TORII_ISSUER });

/** For the option `context` of `createYoga`. All fields of an operation share one verification. */
export function createContext({ request, req = request }: YogaInitialContext & { readonly req?: RequestLike }) {
  let verified: Promise<Auth> | undefined;
  // `req` of Node shows a header that was sent twice. `request` does not.
  return { source: req, authenticate: () => (verified ??= verifier.authenticate(req)) };
}

type Context = YogaInitialContext & ReturnType<typeof createContext>;
type SignedIn = Context & { readonly auth: Auth };

/** Wraps a resolver: it needs a token, and all checks must return `true`. `context.auth` is the caller. */
export function guarded<Args, Result>(
  resolve: (parent: unknown, args: Args, context: SignedIn) => Result,
  ...checks: readonly Check[]
) {
  return async (parent: unknown, args: Args, context: Context): Promise<Awaited<Result>> => {
    try {
      const auth = await context.authenticate();
      if (checks.length > 0) await authorize(auth, context.source, checks);
      return await resolve(parent, args, { ...context, auth });
    } catch (error) {
      const denial = denialFor(error);
      if (denial === undefined) throw error;
      const { status, headers, body } = denial;
      const code = { 400: 'BAD_REQUEST', 401: 'UNAUTHENTICATED', 403: 'FORBIDDEN', 503: 'UNAVAILABLE' }[status];
      const extensions = { code, reason: body.error.reason, http: { status, headers } };
      throw createGraphQLError(body.error.message, { extensions });
    }
  };
}

/** Ends a subscription when the token expires. The client then subscribes again, with a new token. */
export function untilExpired<Item>(auth: Auth, items: AsyncIterable<Item>) {
  return new Repeater<Item>(async (push, stop) => {
    const timer = setTimeout(stop, Math.min(auth.expiresAt * 1000 - Date.now(), 2 ** 31 - 1)); // the longest timer of Node
    const iterator = items[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await Promise.race([iterator.next(), stop]);
        if (next === undefined || next.done) return;
        await push(next.value);
      }
    } finally {
      clearTimeout(timer);
      stop();
      iterator.return?.().catch(console.error);
    }
  });
}
