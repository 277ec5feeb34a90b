// What @torii/next uses of `next/server.js`, for the bundle. Requests are plain objects with the fields of a `NextRequest`.

/** @public Only the bundle uses it. */
export async function connection(): Promise<void> {}

interface NextInit {
  readonly request?: { readonly headers?: Headers };
}

/** The headers of the response are those of Next's class: a test compares them. */
export class NextResponse extends Response {
  static next({ request }: NextInit = {}): NextResponse {
    const headers = new Headers({ 'x-middleware-next': '1' });
    const names: string[] = [];
    for (const [name, value] of request?.headers ?? []) {
      headers.set(`x-middleware-request-${name}`, value);
      names.push(name);
    }
    if (request?.headers !== undefined) headers.set('x-middleware-override-headers', names.join(','));
    return new NextResponse(null, { headers });
  }
}
