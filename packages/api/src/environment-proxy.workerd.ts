/** In Cloudflare Workers, no environment variable makes `fetch` use a proxy. */
export function assertStaysOnMachine(_url: URL): void {}
