/** Headers: a plain object with names in any case, a Fetch `Headers`, or an iterable of `[name, value]` pairs. */
export type HeadersLike =
  | Iterable<readonly [string, string]>
  | { readonly [name: string]: string | readonly string[] | undefined };

/** A request of Node, Express, Koa or Fetch, or a description of one by a framework adapter. Missing fields are unknown. */
export interface RequestParts {
  readonly method?: string | undefined;
  /** The path and query (Node), or the whole URL (Fetch). */
  readonly url?: string | undefined;
  /** The path and query before a router removed its mount path from `url`. */
  readonly originalUrl?: string | undefined;
  /** The raw path, mount paths included. Used only if there is no `url`. */
  readonly path?: string | undefined;
  /**
   * The host and port that a trusted proxy forwarded. It replaces the host that the request itself names: `Host`, `:authority`
   * or an absolute URL. `null`: the host is unknown.
   */
  readonly host?: string | null | undefined;
  readonly headers: HeadersLike;
  /**
   * Node's `headersDistinct`: for each header, by lowercase name, the list of its values. Like `rawHeaders`, it shows that a
   * header was sent twice. Whichever of the two lists more values of a header is used.
   */
  readonly headersDistinct?: { readonly [name: string]: readonly string[] | undefined } | undefined;
  /** Node's `rawHeaders`: names and values in turn. Needed to notice a second `Authorization`: Node's `headers` omits it. */
  readonly rawHeaders?: readonly string[] | undefined;
  /** Node's request object, if the framework wraps it. `rawHeaders` and `headersDistinct` are then read from it. */
  readonly req?: object | undefined;
}

/** A request, only its headers, or an event that API Gateway, a function URL or a load balancer of AWS sends to a Lambda function. */
export type RequestLike =
  | RequestParts
  | HeadersLike
  | {
      readonly requestContext: object;
      readonly headers?: { readonly [name: string]: string | undefined } | null | undefined;
      readonly multiValueHeaders?: { readonly [name: string]: readonly string[] | undefined } | null | undefined;
    };
