/** Writes to the server's log. What the log has before this line was written before. */
export function POST(request: Request): Response {
  console.error(request.headers.get('x-mark'));
  return new Response();
}
