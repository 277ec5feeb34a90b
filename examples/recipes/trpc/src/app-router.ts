import { EventEmitter, on } from 'node:events';
import type { Check } from '@torii/core';
import { allow, protectedProcedure, publicProcedure, router } from './recipe.ts';

const isAdmin: Check = (auth) => auth.organization?.role === 'org:administrator';
const news = new EventEmitter();

export const appRouter = router({
  hello: publicProcedure.query(() => ({ hello: 'This procedure is public. `me` needs a token.' })),
  me: protectedProcedure.query(({ ctx: { auth } }) => ({ userId: auth.userId, organization: auth.organization })),
  clearCache: allow(isAdmin).mutation(() => {
    news.emit('item', 'The cache is empty.');
    return { cleared: true };
  }),
  news: protectedProcedure.subscription(async function* ({ ctx, signal }) {
    // A subscription must not outlive the token. The client then opens it again, with a new token.
    const remainingMs = ctx.auth.expiresAt * 1000 - Date.now();
    const expired = AbortSignal.timeout(Math.min(Math.max(0, remainingMs), 2 ** 31 - 1)); // the longest timer of Node
    const end = AbortSignal.any([expired, ...(signal ? [signal] : [])]);
    try {
      for await (const [item] of on(news, 'item', { signal: end })) yield String(item);
    } catch (error) {
      if (!end.aborted) throw error;
    }
  }),
});

export type AppRouter = typeof appRouter;
