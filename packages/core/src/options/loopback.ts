/** `app.localhost` is not loopback: many resolvers ask DNS for it. `hostname` must be normalized by `URL`. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname);
}
