export {
  Patch,
  type ProblemDetails,
  ToriiApiError,
  ToriiConfigError,
  ToriiConnectionError,
  ToriiError,
} from '@torii/core';
export type { Answer, Call } from './call.ts';
export { createToriiClient, type ToriiClient } from './client.ts';
export type { ApiEvent, ApiEventListener } from './events.ts';
export type * from './generated/resources.ts';
export type { RequestOptions } from './operation.ts';
export type { Fetch, ToriiClientOptions } from './options.ts';
export type { Page, Pages } from './pages.ts';
export type { ApiRequest } from './request.ts';
