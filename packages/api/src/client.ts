import { createResources, type Resources } from './generated/resources.ts';
import type { KnownMetadata, MetadataTypes } from './metadata-types.ts';
import type { Call, RequestOptions, Send } from './operation.ts';
import { readOptions, type ToriiClientOptions } from './options.ts';
import { type ApiRequest, operationFor } from './request.ts';
import { callApi } from './transport.ts';

/**
 * A client of Torii's REST API: one property per resource, one method per operation. `M` has the types of your own metadata.
 * Without it, metadata is any JSON object.
 */
export interface ToriiClient<M extends MetadataTypes = MetadataTypes> extends Resources<M> {
  /**
   * Calls an API operation that this version of the package has no method for. The secret key, retries, time limit and
   * errors work as they do for methods. The response must be JSON or empty, and its shape is not checked. Unlike the
   * promises of methods, this promise does not throw if a field is read from it without `await`.
   * @example
   * const path = '/api/server/v1/reports';
   * const reports = await client.request<{ id: string }[]>({ method: 'GET', path });
   */
  request<T = unknown>(request: ApiRequest, options?: RequestOptions): Call<T>;
}

/**
 * Creates a client of Torii's REST API. Create it once, on your server: the secret key must never reach a browser.
 * @throws ToriiConfigError if an option is missing, wrong or unknown. `option` names it, the message says what to write.
 * @example
 * const client = createToriiClient({ secretKey: process.env.TORII_SECRET_KEY });
 * const user = await client.users.get(userId);
 * @example
 * const client = createToriiClient<{ publicMetadata: { plan: string } }>({ secretKey: process.env.TORII_SECRET_KEY });
 * const { plan } = (await client.users.get(userId)).publicMetadata;
 */
export function createToriiClient<M extends KnownMetadata<M> = MetadataTypes>(
  options: ToriiClientOptions,
): ToriiClient<M> {
  const settings = readOptions(options);
  const send: Send = (operation, callOptions) => callApi(settings, () => operation, callOptions, operation.guard);
  return Object.freeze({
    ...createResources<M>(send),
    request: <T>(request: ApiRequest, callOptions?: RequestOptions): Call<T> =>
      callApi(settings, () => operationFor(request), callOptions, undefined),
  });
}
