import { bytesOf } from '../bytes.ts';
import { ToriiConfigError } from '../errors.ts';
import { loggableCause } from '../logs/cause.ts';
import { describeValue } from '../logs/found-value.ts';
import { ToriiWebhookError } from './errors.ts';

/** The raw body of a delivery: all of it, or a stream. */
export type WebhookPayload =
  | string
  | Uint8Array
  | ArrayBuffer
  | AsyncIterable<Uint8Array>
  | ReadableStream<Uint8Array>
  | null;

// How much of a body above the size limit is read and discarded. If the rest were not read, the sender would get a
// connection reset instead of the response.
const maxDiscardedBytes = 16 * 1024 * 1024;
const emptyChunkBytes = 64;

export async function readPayload(payload: WebhookPayload, maxBytes: number): Promise<Uint8Array> {
  if (payload === null) return new Uint8Array();
  const bytes = encodedBytesOf(payload);
  if (bytes === undefined) return gather(streamOf(payload), maxBytes);
  if (bytes.length > maxBytes) throw tooLarge(maxBytes);
  // Copy, because the caller may change the buffer between verification and parsing.
  return new Uint8Array(bytes);
}

export function tooLarge(maxBytes: number): ToriiWebhookError {
  return new ToriiWebhookError('payload_too_large', `The body is larger than \`maxBytes\`: ${maxBytes} bytes.`);
}

function encodedBytesOf(value: unknown): Uint8Array | undefined {
  return typeof value === 'string' ? new TextEncoder().encode(value) : bytesOf(value);
}

function streamOf(payload: unknown): AsyncIterable<unknown> {
  if (typeof payload === 'object' && payload !== null) {
    // Use a reader, because the ReadableStream of some runtimes is not async iterable.
    if ('getReader' in payload) return chunksOf(readerOf(payload as ReadableStream));
    if (Symbol.asyncIterator in payload) return payload as AsyncIterable<unknown>;
  }
  throw noBody(`must be a raw body. Found: ${describeValue(payload)}`);
}

function noBody(problem: string): ToriiConfigError {
  const remedy =
    'Pass the raw body as bytes, text or an unread stream. A body that was parsed as JSON cannot be verified.';
  return new ToriiConfigError('payload', `\`payload\` ${problem}. ${remedy}`);
}

function readerOf(stream: ReadableStream): ReadableStreamDefaultReader {
  try {
    return stream.getReader();
  } catch {
    throw noBody('is a stream that is already being read');
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
  let [size, counted] = [0, 0];
  try {
    for await (const chunk of stream) {
      const bytes = encodedBytesOf(chunk);
      if (bytes === undefined) throw noBody('is a stream of chunks that are neither bytes nor text');
      // Counts an empty chunk too: a stream of nothing else would never end, and no timer could end it.
      counted += bytes.length || emptyChunkBytes;
      if (counted > maxBytes + maxDiscardedBytes) break;
      if (counted > maxBytes) continue;
      chunks.push(bytes);
      size += bytes.length;
    }
  } catch (cause) {
    if (cause instanceof ToriiConfigError) throw cause;
    const message = 'The body could not be read to its end.';
    throw new ToriiWebhookError('payload_incomplete', message, { cause: loggableCause(cause) });
  }
  if (counted > maxBytes) throw tooLarge(maxBytes);
  const body = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    body.set(chunk, offset);
    offset += chunk.length;
  }
  return body;
}

function isBytes(value: unknown): value is Uint8Array | ArrayBuffer {
  return bytesOf(value) !== undefined;
}

/** What an adapter knows about the body of a request. */
export interface FrameworkBody {
  /** Values that body parsers stored on the request. The raw body is used if it is among them. */
  readonly kept: readonly unknown[];
  /** Whether the stream has been read in part, or is locked by another reader. */
  readonly isRead: boolean;
  readonly stream: AsyncIterable<Uint8Array> | ReadableStream<Uint8Array> | null;
  /** What the developer should do if the raw body is lost: the last sentence of the error message. */
  readonly remedy: string;
}

/** Finds the raw body. Throws a ToriiConfigError if the body was read and the raw bytes were not kept. */
export function findPayload({ kept, isRead, stream, remedy }: FrameworkBody): WebhookPayload {
  for (const value of kept) {
    if (typeof value !== 'string' && !isBytes(value)) continue;
    // If the stream is unread, ignore an empty value: it may be the placeholder of a body parser that has not run yet.
    if (isRead || (typeof value === 'string' ? value.length : value.byteLength) > 0) return value;
  }
  if (!isRead) return stream;
  throw new ToriiConfigError(
    'webhookHandler',
    `The body was read before the webhook handler, and the raw bytes that the signature covers are lost. ${remedy}`,
  );
}
