/** Whether the host of a parsed `URL` is this machine. Not `app.localhost`: DNS may resolve it to another machine. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname);
}
