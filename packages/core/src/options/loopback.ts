/**
 * `true` for `localhost`, `[::1]` and addresses in 127.0.0.0/8. `false` for names such as `app.localhost`: many resolvers
 * ask DNS for them, so they can be another machine.
 * @param hostname As `URL` normalizes it: `127.1` and `2130706433` become `127.0.0.1`.
 */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname);
}
