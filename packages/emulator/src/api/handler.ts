import type { OperationKey } from '../generated/server-v1.ts';
import type { ApiRequest } from './contract/read-request.ts';

/** The response of a handler to a request that succeeded. To refuse a request, a handler throws a Problem. */
export type ApiAnswer =
  | { readonly status: 200 | 201; readonly body: object }
  | { readonly status: 204; readonly body?: never };

export type Handler = (request: ApiRequest) => ApiAnswer | Promise<ApiAnswer>;

/** One handler for each operation of the specification. A missing or extra handler is a type error. */
export type Handlers<Key extends OperationKey = OperationKey> = { readonly [Operation in Key]: Handler };
