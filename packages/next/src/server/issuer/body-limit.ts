export interface LimitedBody {
  readonly body: ReadableStream<Uint8Array>;
  isOver(): boolean;
}

export function limitBody(
  body: ReadableStream<Uint8Array> | null,
  headers: Headers,
  maxBytes: number,
): LimitedBody | 'too large' | null {
  if (body === null) return null;
  if (Number(headers.get('content-length') ?? 0) > maxBytes) return 'too large';
  let bytes = 0;
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) controller.error(new Error(`The body is larger than ${maxBytes} bytes.`));
      else controller.enqueue(chunk);
    },
  });
  return { body: body.pipeThrough(counter), isOver: () => bytes > maxBytes };
}

/** The text of a response's body, or `undefined` if it is larger than `maxBytes`. */
export async function readText({ body, headers }: Response, maxBytes: number): Promise<string | undefined> {
  const limited = limitBody(body, headers, maxBytes);
  if (limited === null) return '';
  if (limited === 'too large') {
    body?.cancel().catch(() => {});
    return undefined;
  }
  try {
    return await new Response(limited.body).text();
  } catch (error) {
    if (limited.isOver()) return undefined;
    throw error;
  }
}
