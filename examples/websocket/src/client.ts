// For browsers and Node: the global WebSocket.
import { type ClientMessage, closeCodes, type ServerMessage } from './messages.ts';

export interface ChatClientOptions {
  readonly url: string;
  /** Returns a fresh token of the signed-in user. */
  readonly getToken: () => Promise<string>;
  /** Called when the client may send messages, and after each renewal of the token. */
  readonly onSignedIn: () => void;
  readonly onSaid: (userId: string, text: string) => void;
  /** `isSignedOut`: go to the sign-in page. Otherwise, connect again after a while. */
  readonly onClosed: (reason: string, isSignedOut: boolean) => void;
}

export interface ChatClient {
  say(text: string): void;
  close(): void;
}

// The clocks of this device and of Torii may differ, and a new token takes a moment.
const renewBeforeSeconds = 60;

/** Connects to the chat, and sends a new token before the old one expires. The socket stays open. */
export function connectChat({ url, getToken, onSignedIn, onSaid, onClosed }: ChatClientOptions): ChatClient {
  const socket = new WebSocket(url);
  let renewal: ReturnType<typeof setTimeout> | undefined;
  const send = (message: ClientMessage): void => socket.send(JSON.stringify(message));
  // If there is no new token, the server closes the socket when the old one expires.
  const sendToken = (): Promise<void> =>
    getToken()
      .then((token) => send({ type: 'token', token }))
      .catch(console.error);

  socket.onopen = sendToken;
  socket.onmessage = ({ data }) => {
    const message: ServerMessage = JSON.parse(String(data));
    if (message.type === 'said') return onSaid(message.userId, message.text);
    onSignedIn();
    clearTimeout(renewal);
    const leftSeconds = message.expiresAt - Date.now() / 1000;
    renewal = setTimeout(sendToken, Math.max(leftSeconds - renewBeforeSeconds, leftSeconds / 2, 1) * 1000);
  };
  socket.onclose = ({ code, reason }) => {
    clearTimeout(renewal);
    onClosed(reason, code === closeCodes.signedOut);
  };
  return { say: (text) => send({ type: 'say', text }), close: () => socket.close() };
}
