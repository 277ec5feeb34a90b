/** A body that ends in an error once it is too long. */
export interface LimitedBody {
  readonly body: ReadableStream<Uint8Array>;
  /** Whether it was. */
  isOver(): boolean;
}

/** Bounds a body without gathering it. One that says at once that it is too long is not read at all. */
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
      if (bytes > maxBytes) controller.error(new Error(`A body of more than ${maxBytes} bytes.`));
      else controller.enqueue(chunk);
    },
  });
  return { body: body.pipeThrough(counter), isOver: () => bytes > maxBytes };
}
