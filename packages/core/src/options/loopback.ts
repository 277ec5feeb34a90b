/**
 * Whether a host is this machine: `localhost`, 127.0.0.0/8 or `[::1]`. A name below `localhost` is not: many resolvers ask
 * DNS for it.
 *
 * @param hostname As the URL parser writes it, which makes `127.0.0.1` of `127.1` and `2130706433`.
 */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname);
}
