import { type AwaitGuard, createAwaitGuard } from '@torii/core/internal';
import type { ApiResponse } from './operation.ts';

const responseFields = {
  data: true,
  status: true,
  headers: true,
  method: true,
  path: true,
  attempts: true,
} satisfies Record<keyof ApiResponse<unknown>, true>;

export const guardResponse: AwaitGuard = createAwaitGuard(responseFields);

/** For promises of arrays. Array methods need no guard: without `await`, calling one throws a TypeError. */
export const guardList: AwaitGuard = createAwaitGuard({ length: true, 0: true });
