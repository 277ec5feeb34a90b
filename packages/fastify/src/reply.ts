import { denialFor } from '@torii/core';
import { isError, type ResponseProgress } from '@torii/core/adapter';
import type { FastifyReply } from 'fastify';

interface SentAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object | string | null;
}

/** Sends a response. Serializers and response schemas of the app do not change the body, because it is sent as a text. */
export function sendAnswer(
  reply: FastifyReply,
  { status, headers: { Vary = '', ...headers }, body }: SentAnswer,
): void {
  const isJson = typeof body === 'object' && body !== null;
  // An earlier hook may have set the type of another body.
  if (body === null) reply.removeHeader('content-type');
  else reply.type(`${isJson ? 'application/json' : 'text/plain'}; charset=utf-8`);
  const others = reply.getHeader('vary') ?? [];
  if (Vary !== '') reply.header('vary', [others, Vary].flat().join(', '));
  reply.code(status).headers(headers);
  // An earlier hook may have set a serializer for this response, which would also get a text.
  reply.serializer((text: string) => text);
  reply.send(isJson ? JSON.stringify(body) : (body ?? undefined));
}

/** The state of a response. It has also ended if other code has taken it over with `reply.hijack()`. */
export class ReplyProgress implements ResponseProgress {
  readonly #reply: FastifyReply;
  constructor(reply: FastifyReply) {
    this.#reply = reply;
  }
  get headersSent(): boolean {
    return this.#reply.raw.headersSent;
  }
  get writableEnded(): boolean {
    return this.#reply.sent;
  }
}

/** Passes an error to the error handling of the app, or ends a response that has begun. */
export function failReply(reply: FastifyReply, error: object, done: (error: Error) => void): void {
  if (!reply.sent && !reply.raw.headersSent) {
    // Fastify sends the properties of an object that is not an Error.
    done(
      isError(error)
        ? error
        : new Error('A check or `onError` threw a non-Error value; see `cause`.', { cause: error }),
    );
    return;
  }
  // The response has begun: Fastify cannot send another one, and some versions of it end the process.
  if (denialFor(error) === undefined) reply.log.error(error);
  if (!reply.sent) reply.raw.destroy();
}
