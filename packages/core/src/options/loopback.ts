/**
 * Whether a host name, taken from a parsed `URL`, is this machine. `app.localhost` is not accepted: many resolvers look it up
 * in DNS, which may return the address of another machine.
 */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname);
}
