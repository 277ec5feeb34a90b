import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { createVerifier } from '@torii/core';
import type { Revocations } from '@torii/revocation';
import { WebSocketServer } from 'ws';
import { Session, type Sessions } from './session.ts';

export interface ChatOptions {
  readonly issuer: string | undefined;
  readonly revocations: Revocations;
  /** The origins of the pages that may open a socket, such as `https://app.example`. */
  readonly origins: readonly string[];
  /** How long a socket may stay open without a token. */
  readonly signInMs?: number;
}

const path = '/chat';
// A token has at most 16 kB. If a message is larger than this, `ws` closes the socket without reading it into memory.
const maxPayload = 20_000;

/** Serves a chat over WebSockets at `/chat`. */
export function serveChat(server: Server, { issuer, revocations, origins, signInMs = 5_000 }: ChatOptions): void {
  const verifier = createVerifier({ issuer, revocations, cookie: 'token', origins });
  const sockets = new WebSocketServer({ noServer: true, maxPayload, perMessageDeflate: false });
  const signedIn: Sessions = new Set();

  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    // No token in the query: URLs are written to logs.
    if (request.url?.split('?', 1)[0] !== path) return refuse(socket, '404 Not Found');
    if (!isFromOwnPage(request, origins)) return refuse(socket, '403 Forbidden');
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      new Session(webSocket, { verifier, revocations, signedIn, signInMs }).begin(request);
    });
  });
}

/**
 * Browsers let every page open a WebSocket to every server, and send the cookies with it. Only `Origin` says which page it is.
 * Clients that are not browsers send no `Origin`. The verifier ignores their cookies.
 */
function isFromOwnPage({ headers }: IncomingMessage, origins: readonly string[]): boolean {
  return headers.origin === undefined || origins.includes(headers.origin);
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
