/** The parts of Node's request that Fetch's `Request` lacks. */
export interface NodeRequest {
  /** The path as it was sent, mount paths included. */
  readonly path: string;
  /** A list in which names and values alternate. */
  readonly rawHeaders: readonly unknown[];
}

/**
 * Returns Node's request, which `@hono/node-server` passes as `c.env.incoming`. It may belong to another request: apps can pass
 * `c.env` on, and choose its contents. So use it only to refuse, and to split values that the Fetch request has too.
 */
export function nodeRequestIn(env: unknown): NodeRequest | undefined {
  const incoming: unknown = Reflect.get(Object(env), 'incoming');
  if (typeof incoming !== 'object' || incoming === null) return undefined;
  const { originalUrl, url, rawHeaders } = incoming as Readonly<Record<string, unknown>>;
  const target = originalUrl ?? url;
  if (typeof target !== 'string' || !Array.isArray(rawHeaders)) return undefined;
  const [path = ''] = target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '').split('?', 1);
  return { path, rawHeaders };
}

/** Returns the headers that were sent more than once: for each, by lowercase name, the list of its values. */
export function repeatedHeaders(
  headers: Headers,
  rawHeaders: readonly unknown[],
): Record<string, readonly string[]> | undefined {
  const all = new Map<string, string[]>();
  let hasRepeated = false;
  for (let i = 1; i < rawHeaders.length; i += 2) {
    const [name, value] = [String(rawHeaders[i - 1]).toLowerCase(), String(rawHeaders[i])];
    const values = all.get(name);
    if (values === undefined) all.set(name, [value]);
    else hasRepeated = values.push(value) > 1;
  }
  if (!hasRepeated) return undefined;
  const isOfRequest = ([name, values]: [string, string[]]): boolean =>
    values.length > 1 && (name === 'authorization' || headers.get(name) === values.join(', '));
  return Object.fromEntries([...all].filter(isOfRequest));
}
