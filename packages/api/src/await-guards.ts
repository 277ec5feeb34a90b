import { type AwaitGuard, createAwaitGuard } from '@torii/core/adapter';
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

/** For arrays. Their methods need no guard: calling one that is missing throws anyway. */
export const guardList: AwaitGuard = createAwaitGuard({ length: true, 0: true });
