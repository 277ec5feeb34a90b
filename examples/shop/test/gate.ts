import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Passing = (sent: IncomingMessage, response: ServerResponse) => Promise<void>;

/** A server between two services that can hold requests or lose their answers. */
export interface Gate extends AsyncDisposable {
  readonly url: string;
  /** The requests that have arrived, each with its headers. */
  readonly arrived: readonly IncomingMessage[];
  /** Where requests go. It can change: a service that starts again has another port. */
  target: string;
  /** Calls `passing` instead of `pass` for the next `times` requests. */
  next(times: number, passing: Passing): void;
  readonly pass: Passing;
}

export async function openGate(target: string): Promise<Gate> {
  const arrived: IncomingMessage[] = [];
  const waiting: Passing[] = [];
  const server = createServer((sent, response) => {
    arrived.push(sent);
    const passing = waiting.shift() ?? gate.pass;
    passing(sent, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const gate: Gate = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrived,
    target,
    next: (times, passing) => void waiting.push(...Array.from({ length: times }, () => passing)),
    async pass(sent, response) {
      const { method, headers } = sent;
      const onward = request(new URL(sent.url ?? '/', gate.target), { method, headers, agent: false });
      sent.pipe(onward);
      const [answer] = (await once(onward, 'response')) as [IncomingMessage];
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
      await once(answer, 'end');
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return gate;
}
