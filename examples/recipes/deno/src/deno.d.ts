// The part of Deno's types that the recipe uses.
declare const Deno: {
  readonly env: { get(name: string): string | undefined };
  serve(options: {
    readonly hostname?: string;
    readonly port?: number;
    handler(request: Request): Response | Promise<Response>;
    onError?(error: unknown): Response | Promise<Response>;
  }): unknown;
};
