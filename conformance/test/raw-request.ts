import { connect } from 'node:net';

export interface RawRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
}

export interface RawAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Sends a request byte for byte. Client libraries refuse or rewrite the malformed requests of the cases. */
export async function sendRaw(port: number, { method, target, headers }: RawRequest): Promise<RawAnswer> {
  const lines = [
    `${method} ${target} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    'Connection: close',
  ];
  const socket = connect(port, '127.0.0.1');
  socket.write(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  let text = '';
  for await (const chunk of socket.setEncoding('utf8')) text += chunk;
  return readAnswer(text);
}

function readAnswer(text: string): RawAnswer {
  const end = text.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const [name, value] = [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    // RFC 9110 5.3: header lines with the same name form one list.
    headers.set(name, headers.has(name) ? `${headers.get(name)}, ${value}` : value);
  }
  const rest = text.slice(end + 4);
  const isChunked = headers.get('transfer-encoding') === 'chunked';
  const body = isChunked ? joinChunks(rest) : rest;
  return { status: Number(statusLine.split(' ')[1]), headers, body };
}

/** Decodes a chunked body (RFC 9112 7.1). ASCII only: chunk lengths are counted in characters. */
function joinChunks(text: string): string {
  const lineEnd = text.indexOf('\r\n');
  const length = Number.parseInt(text.slice(0, lineEnd), 16);
  if (!(length > 0)) return '';
  const start = lineEnd + 2;
  return text.slice(start, start + length) + joinChunks(text.slice(start + length + 2));
}
