import type { Fetch } from '../platform.ts';
import { version } from '../version.ts';
import { KeySetError } from './jwks.ts';

const maxBytes = 512 * 1024;
const headers = {
  // Some servers answer 406 unless the type of their response is listed (RFC 7517 8.5.2).
  accept: 'application/json, application/jwk-set+json',
  // Some firewalls answer 403 to a request without a User-Agent, and workerd sends none by default.
  'user-agent': `torii-core/${version}`,
};

export async function fetchKeySet(url: string, fetch: Fetch, signal: AbortSignal): Promise<unknown> {
  // Do not follow a redirect to another host's keys. Not `redirect: 'error'`, which always throws on Cloudflare Workers.
  const answer: Answer = await fetch(url, { headers, redirect: 'manual', signal });
  const { status, ok, body } = answer;
  const stream = streamOf(body);
  const cancel = (): void => void Promise.resolve(stream?.cancel()).catch(() => {});
  signal.addEventListener('abort', cancel, { once: true });
  try {
    if (status !== 200 && !(status === undefined && ok === true)) {
      throw new KeySetError(`the key endpoint returned status ${status}`);
    }
    if (Number(answer.headers?.get?.('content-length')) > maxBytes) throw tooLarge();
    if (stream !== undefined) return parse(await readText(stream));
    if (answer.text) return parse(limit(await answer.text()));
    if (answer.arrayBuffer) return parse(new TextDecoder().decode(limit(new Uint8Array(await answer.arrayBuffer()))));
    return await answer.json?.();
  } catch (error) {
    cancel();
    throw error;
  }
}

// The members that are used of a response: a Fetch Response, a response of node-fetch (its body is a Node stream), or a mock.
interface Answer {
  readonly status?: number;
  readonly ok?: boolean;
  readonly headers?: { get?(name: string): string | null };
  readonly body?: Body | null;
  text?(): Promise<string>;
  json?(): Promise<unknown>;
  arrayBuffer?(): Promise<ArrayBuffer>;
}

interface Body {
  getReader?(): Stream;
  destroy?(): unknown;
  [Symbol.asyncIterator]?(): AsyncIterator<Chunk>;
}

type Chunk = Uint8Array | string;

interface Stream {
  read(): Promise<{ readonly done?: boolean | undefined; readonly value?: Chunk | undefined }>;
  cancel(): unknown;
}

function streamOf(body: Body | null | undefined): Stream | undefined {
  if (body?.getReader) return body.getReader();
  const iterator = body?.[Symbol.asyncIterator]?.();
  if (iterator === undefined) return undefined;
  return { read: () => iterator.next(), cancel: () => (body?.destroy ? body.destroy() : iterator.return?.()) };
}

async function readText(stream: Stream): Promise<string> {
  const decoder = new TextDecoder();
  let [text, size] = ['', 0];
  for (;;) {
    const { done, value } = await stream.read();
    if (done || value === undefined) return text + decoder.decode();
    // Counts an empty chunk too: with a stream of nothing else, this loop would run forever, and no timer would end it.
    size += limit(value).length || 1_024;
    if (size > maxBytes) throw tooLarge();
    text += typeof value === 'string' ? value : decoder.decode(value, { stream: true });
  }
}

// Also refuses a chunk without `length`, because the comparison is then false.
function limit<C extends Chunk>(chunk: C): C {
  if (chunk.length <= maxBytes) return chunk;
  throw tooLarge();
}

function tooLarge(): KeySetError {
  return new KeySetError(`the response is larger than ${maxBytes} bytes`);
}

function parse(text: string): unknown {
  try {
    // Other `fetch` functions do not remove a byte order mark, as the platform's does.
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw new KeySetError('the response is not JSON');
  }
}
