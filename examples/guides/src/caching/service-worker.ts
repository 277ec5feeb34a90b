/** Whether a service worker may keep a response. Its cache belongs to the browser, not to the user who is signed in. */
export function mayKeep(request: Request, response: Response): boolean {
  if (request.method !== 'GET' || !response.ok || request.headers.has('Authorization')) return false;
  // The Cache API ignores Cache-Control, so read it here.
  return !/\b(?:private|no-store)\b/i.test(response.headers.get('Cache-Control') ?? '');
}
