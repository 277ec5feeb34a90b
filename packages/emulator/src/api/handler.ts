import type { OperationKey } from '../generated/server-v1.ts';
import type { ApiRequest } from './contract/read-request.ts';

export type ApiAnswer =
  | { readonly status: 200 | 201; readonly body: object }
  | { readonly status: 200 | 204; readonly body?: never };

export type Handler = (request: ApiRequest) => ApiAnswer | Promise<ApiAnswer>;

export type Handlers<Key extends OperationKey = OperationKey> = { readonly [Operation in Key]: Handler };
