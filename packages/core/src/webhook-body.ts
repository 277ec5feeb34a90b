import { ToriiConfigError, ToriiWebhookError } from './errors.ts';

/** The body of a delivery, byte for byte: as it is, or as it arrives. */
export type WebhookPayload =
  | string
  | Uint8Array
  | ArrayBuffer
  | AsyncIterable<Uint8Array>
  | ReadableStream<Uint8Array>
  | null;

/** Bytes that are read and dropped, so that who sends too much hears why. Who sends more is cut off. */
const mostDroppedBytes = 16 * 1024 * 1024;

/**
 * The bytes of a body, as many as are allowed.
 *
 * @throws ToriiWebhookError `payload_too_large`, or `payload_incomplete` where the sender broke off
 * @throws ToriiConfigError for what is no body, such as one that has been parsed
 */
export async function readPayload(payload: WebhookPayload, maxBytes: number): Promise<Uint8Array> {
  const bytes = bytesOf(payload);
  if (bytes === undefined) return gather(streamOf(payload), maxBytes);
  if (bytes.length > maxBytes) throw tooLarge(maxBytes);
  return bytes;
}

export function tooLarge(maxBytes: number): ToriiWebhookError {
  return new ToriiWebhookError(
    'payload_too_large',
    `The body is longer than ${maxBytes} bytes, which is \`maxBytes\`.`,
  );
}

function bytesOf(payload: WebhookPayload): Uint8Array | undefined {
  if (payload === null) return new Uint8Array();
  if (typeof payload === 'string') return new TextEncoder().encode(payload);
  if (payload instanceof Uint8Array) return payload;
  return payload instanceof ArrayBuffer ? new Uint8Array(payload) : undefined;
}

function streamOf(payload: unknown): AsyncIterable<Uint8Array> {
  if (typeof payload === 'object' && payload !== null) {
    // Not every runtime's stream can be iterated.
    if ('getReader' in payload) return chunksOf(payload as ReadableStream<Uint8Array>);
    if (Symbol.asyncIterator in payload) return payload as AsyncIterable<Uint8Array>;
  }
  const remedy = 'Pass the body as it came, as bytes or text: JSON that has been parsed cannot be verified.';
  throw new ToriiConfigError('payload', `\`payload\` is no body. ${remedy}`);
}

async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
  } finally {
    reader.cancel().catch(() => {});
  }
}

async function gather(stream: AsyncIterable<Uint8Array | string>, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of stream) {
      // Where somebody set an encoding.
      const bytes = typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk;
      size += bytes.length;
      if (size <= maxBytes) chunks.push(bytes);
      if (size > maxBytes + mostDroppedBytes) break;
    }
  } catch (cause) {
    throw new ToriiWebhookError('payload_incomplete', 'The body broke off before its end.', { cause });
  }
  if (size > maxBytes) throw tooLarge(maxBytes);
  const body = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    body.set(chunk, offset);
    offset += chunk.length;
  }
  return body;
}

/** What a framework knows of a body. */
export interface FrameworkBody {
  /** Where body parsers leave the body as it came, whatever else they may have put there. */
  readonly kept: readonly unknown[];
  /** Whether somebody has begun to read the stream. */
  readonly isRead: boolean;
  readonly stream: AsyncIterable<Uint8Array> | ReadableStream<Uint8Array> | null;
  /** What to do where the body cannot be had any more. */
  readonly remedy: string;
}

/**
 * The body as it came, wherever that still is.
 *
 * @throws ToriiConfigError where somebody has parsed it and kept nothing
 */
export function findPayload({ kept, isRead, stream, remedy }: FrameworkBody): WebhookPayload {
  for (const body of kept) if (typeof body === 'string' || body instanceof Uint8Array) return body;
  if (!isRead) return stream;
  throw new ToriiConfigError(
    'webhookHandler',
    `The body was read before the webhook handler came to it, and its bytes, which the signature is about, are gone. ${remedy}`,
  );
}
