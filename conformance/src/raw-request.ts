import { connect } from 'node:net';

export interface RawRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
}

export interface RawAnswer {
  /** 0 if the server closed the connection without a response. */
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Only for servers that never respond. */
const limitMs = 60_000;

/** Sends a request byte for byte. Client libraries refuse or rewrite the malformed requests of the cases. */
export async function sendRaw(url: string, { method, target, headers }: RawRequest): Promise<RawAnswer> {
  const { hostname, port, host } = new URL(url);
  const lines = [
    `${method} ${target} HTTP/1.1`,
    `Host: ${host}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    'Connection: close',
  ];
  const socket = connect(Number(port || 80), hostname);
  socket.setTimeout(limitMs, () => socket.destroy(new Error(`${method} ${target} got no response in 60 s.`)));
  socket.write(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  let text = '';
  try {
    // One character for each byte, so that lengths can be compared.
    for await (const chunk of socket.setEncoding('latin1')) {
      text += chunk;
      if (isComplete(text, method)) break;
    }
  } catch (error) {
    // A server may reset the connection after it has answered a malformed request.
    if (!(error instanceof Error && 'code' in error && error.code === 'ECONNRESET')) throw error;
  } finally {
    socket.destroy();
  }
  return readAnswer(text);
}

/** Whether a response has ended, for servers that keep the connection open. */
function isComplete(text: string, method: string): boolean {
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return false;
  if (method === 'HEAD') return true;
  const length = /\r\ncontent-length: *(\d+)\r\n/i.exec(text.slice(0, end + 2))?.[1];
  return length !== undefined && text.length - end - 4 >= Number(length);
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
  const isChunked = headers.get('transfer-encoding')?.toLowerCase() === 'chunked';
  const body = Buffer.from(isChunked ? joinChunks(rest) : rest, 'latin1').toString('utf8');
  return { status: Number(statusLine.split(' ')[1] ?? 0), headers, body };
}

/** Decodes a chunked body (RFC 9112 7.1). */
function joinChunks(text: string): string {
  const lineEnd = text.indexOf('\r\n');
  const length = Number.parseInt(text.slice(0, lineEnd), 16);
  if (!(length > 0)) return '';
  const start = lineEnd + 2;
  return text.slice(start, start + length) + joinChunks(text.slice(start + length + 2));
}
