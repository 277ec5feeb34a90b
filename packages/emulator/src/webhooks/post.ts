import { type OutgoingHttpHeaders, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

/** What came back. */
export interface Reply {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** How the body begins. */
  readonly text: string;
}

interface Message {
  readonly headers: OutgoingHttpHeaders;
  readonly body: string;
  readonly signal: AbortSignal;
}

/** What is read of an answer. The rest says nothing that a log has room for. */
const mostBytes = 2048;

/**
 * Posts a message, on a connection of its own: one that was kept from earlier may have been closed meanwhile, and would
 * keep a receiver's server from ending. By node:http, and not by `fetch`, which a test may have replaced: the emulator runs
 * in the process of the app under test.
 *
 * Follows no redirect.
 */
export function post(url: string, { headers, body, signal }: Message): Promise<Reply> {
  const request = url.startsWith('https:') ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const bytes = Buffer.from(body);
    const options = { method: 'POST', agent: false, signal, headers: { ...headers, 'content-length': bytes.length } };
    const outgoing = request(url, options, (incoming) => {
      const { statusCode = 0, headers: answered } = incoming;
      const chunks: Buffer[] = [];
      let size = 0;
      const end = () => {
        const text = Buffer.concat(chunks).toString('utf8', 0, mostBytes);
        resolve({ status: statusCode, retryAfter: answered['retry-after'], text });
      };
      incoming.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size <= mostBytes) return;
        end();
        outgoing.destroy();
      });
      incoming.once('end', end);
      incoming.once('error', reject);
    });
    outgoing.once('error', reject);
    outgoing.end(bytes);
  });
}
