// The parts of @types/bun that the recipes use.
interface BunRequest extends Request {
  readonly params: Readonly<Record<string, string>>;
}

type BunHandler<R extends Request> = (request: R) => Response | Promise<Response>;

declare const Bun: {
  serve(options: {
    readonly hostname?: string | undefined;
    readonly port?: string | number | undefined;
    readonly routes?: Readonly<Record<string, Response | BunHandler<BunRequest>>>;
    readonly fetch: BunHandler<Request>;
    readonly error?: (error: Error) => Response | Promise<Response>;
  }): { readonly url: URL };
};
