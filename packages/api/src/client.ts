import { createResources, type Resources } from './generated/resources.ts';
import type { Call, RequestOptions, Send } from './operation.ts';
import { readOptions, type ToriiClientOptions } from './options.ts';
import { type ApiRequest, operationFor } from './request.ts';
import { callApi } from './transport.ts';

/** Torii's REST API: one property for each resource, one method for each operation. */
export interface ToriiClient extends Resources {
  /**
   * Calls an operation that this version has no method for, with the same key, retries, limits and errors.
   *
   * @example
   * const page = await torii.request({ method: 'GET', path: '/api/server/v1/organizations' });
   */
  request<T = unknown>(request: ApiRequest, options?: RequestOptions): Call<T>;
}

/**
 * A client of Torii's REST API. Make it once, on your server.
 *
 * @throws ToriiConfigError naming the option that is wrong and what to write instead
 * @example
 * const torii = createToriiClient({ secretKey: process.env.TORII_SECRET_KEY });
 * const user = await torii.users.get(userId);
 */
export function createToriiClient(options: ToriiClientOptions): ToriiClient {
  const settings = readOptions(options);
  const send: Send = (operation, callOptions) => callApi(settings, () => operation, callOptions);
  return Object.freeze({
    ...createResources(send),
    request: <T>(request: ApiRequest, callOptions?: RequestOptions): Call<T> =>
      callApi(settings, () => operationFor(request), callOptions),
  });
}
