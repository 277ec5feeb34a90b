import { type OutgoingHttpHeaders, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

export interface Reply {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly text: string;
}

interface Message {
  readonly headers: OutgoingHttpHeaders;
  readonly body: string;
  readonly signal: AbortSignal;
}

const mostBytes = 2048;

/**
 * Sends a POST request without following redirects. Each request uses a new connection: a kept-alive connection breaks
 * when the receiver restarts, and keeps the receiver's server from closing. Uses node:http instead of `fetch`, because
 * the emulator often runs in the process of a test, which may have mocked `fetch`.
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
