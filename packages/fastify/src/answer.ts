import type { FastifyReply } from 'fastify';

interface SentAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object | string | null;
}

/** Sends a response as it is: a text is not changed by the serializers and response schemas of the app. */
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
  reply.send(isJson ? JSON.stringify(body) : (body ?? undefined));
}
