import { ToriiConfigError, ToriiWebhookError } from '../errors.ts';

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
 * @throws ToriiConfigError for what is no body, such as one that has been parsed, or one that somebody else reads
 */
export async function readPayload(payload: WebhookPayload, maxBytes: number): Promise<Uint8Array> {
  if (payload === null) return new Uint8Array();
  const bytes = bytesOf(payload);
  if (bytes === undefined) return gather(streamOf(payload), maxBytes);
  if (bytes.length > maxBytes) throw tooLarge(maxBytes);
  // A copy, and before anything is awaited: whoever writes into the buffer later changes nothing of what was verified.
  return new Uint8Array(bytes);
}

export function tooLarge(maxBytes: number): ToriiWebhookError {
  return new ToriiWebhookError(
    'payload_too_large',
    `The body is longer than ${maxBytes} bytes, which is \`maxBytes\`.`,
  );
}

function bytesOf(value: unknown): Uint8Array | undefined {
  if (typeof value === 'string') return new TextEncoder().encode(value);
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  // By name: what reads requests may live in another realm, with a Uint8Array of its own.
  if (!ArrayBuffer.isView(value) || Reflect.get(value, Symbol.toStringTag) !== 'Uint8Array') return undefined;
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}

function streamOf(payload: unknown): AsyncIterable<unknown> {
  if (typeof payload === 'object' && payload !== null) {
    // Not every runtime's stream can be iterated.
    if ('getReader' in payload) return chunksOf(readerOf(payload as ReadableStream));
    if (Symbol.asyncIterator in payload) return payload as AsyncIterable<unknown>;
  }
  throw noBody('is no body');
}

function noBody(problem: string): ToriiConfigError {
  const remedy =
    'Pass the body as it came, as bytes, text or an unread stream: JSON that has been parsed cannot be verified.';
  return new ToriiConfigError('payload', `\`payload\` ${problem}. ${remedy}`);
}

function readerOf(stream: ReadableStream): ReadableStreamDefaultReader {
  try {
    return stream.getReader();
  } catch {
    throw noBody('is a stream that somebody else reads');
  }
}

async function* chunksOf(reader: ReadableStreamDefaultReader): AsyncGenerator {
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
  } finally {
    reader.cancel().catch(() => {});
  }
}

async function gather(stream: AsyncIterable<unknown>, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of stream) {
      // Text, where somebody set an encoding. What has no length that is known would have no limit either.
      const bytes = bytesOf(chunk);
      if (bytes === undefined) throw noBody('is a stream of something else than bytes or text');
      size += bytes.length;
      if (size <= maxBytes) chunks.push(bytes);
      if (size > maxBytes + mostDroppedBytes) break;
    }
  } catch (cause) {
    if (cause instanceof ToriiConfigError) throw cause;
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
  /** Whether somebody has begun to read the stream, or has it to themselves. */
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
  for (const body of kept) {
    if (typeof body !== 'string' && !(body instanceof Uint8Array)) continue;
    // Empty before anything was read: somebody is about to gather it.
    if (isRead || body.length > 0) return body;
  }
  if (!isRead) return stream;
  throw new ToriiConfigError(
    'webhookHandler',
    `The body was read before the webhook handler came to it, and its bytes, which the signature is about, are gone. ${remedy}`,
  );
}
