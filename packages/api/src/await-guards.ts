import { type AwaitGuard, createAwaitGuard, type GuardedFields } from '@torii/core/adapter';
import type { ApiResponse } from './operation.ts';
import type { Page } from './pages.ts';

/** The fields of a page. */
export const pageFields: GuardedFields = { items: true, nextCursor: true, hasMore: true } satisfies Record<
  keyof Page<unknown>,
  true
>;

const responseFields = {
  data: true,
  status: true,
  headers: true,
  method: true,
  path: true,
  attempts: true,
} satisfies Record<keyof ApiResponse<unknown>, true>;

export const guardPage: AwaitGuard = createAwaitGuard(pageFields);
export const guardResponse: AwaitGuard = createAwaitGuard(responseFields);

/** For arrays. Their methods need no guard: calling one that is missing throws anyway. */
export const guardList: AwaitGuard = createAwaitGuard({ length: true, 0: true });
