export type {
  ApiAnswer,
  ApiCall,
  ConnectionReason,
  FailedAnnouncement,
  PatchBody,
  PatchFields,
  PatchValue,
  RevocationAnnouncer,
  RevocationMoment,
} from '@torii/core';
export {
  type FieldError,
  Patch,
  type ProblemDetails,
  ToriiApiError,
  ToriiConfigError,
  ToriiConnectionError,
  ToriiError,
  ToriiRevocationError,
} from '@torii/core';
export { defaultApiUrl } from './api-url.ts';
export { createToriiClient, type ToriiClient } from './client.ts';
export type { ApiEvent, ApiEventListener } from './events.ts';
export type * from './generated/resources.ts';
export type {
  KnownMetadata,
  MetadataObject,
  MetadataPatch,
  MetadataTypes,
  TwoBags,
  TwoBagTypes,
  UserBags,
} from './metadata-types.ts';
export type { ApiResponse, Call, RequestOptions } from './operation.ts';
export type { Fetch, ToriiClientOptions } from './options.ts';
export type { Page, PagePromise } from './pages.ts';
export type { ApiRequest } from './request.ts';
