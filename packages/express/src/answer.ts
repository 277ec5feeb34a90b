import { ToriiConfigError } from '@torii/core';
import type { Answer } from '@torii/core/adapter';
import type { Response } from 'express';

/** Sends a response, also one without the methods of Express: of connect, of Node's http server, or a mock. */
export function writeAnswer(res: Response, answer: Answer): void {
  const { Vary = '', ...headers } = answer.headers;
  if (hasMethods(res, ['set', 'vary', 'status', 'send'])) {
    if (Vary !== '') res.vary(Vary);
    res.set(headers).status(answer.status).send(answer.body);
  } else if (hasMethods(res, ['setHeader', 'end'])) {
    writePlain(res, answer);
  } else {
    writeMock(res, answer);
  }
}

// A mock in a unit test often has `status` and one of these methods only.
function writeMock(res: Response, { status, body }: Answer): void {
  const write = (['json', 'send', 'end'] as const).find((name) => hasMethods(res, ['status', name]));
  if (write !== undefined) {
    res.status(status);
    res[write](body);
  } else if (hasMethods(res, ['sendStatus'])) {
    res.sendStatus(status);
  } else {
    throw new ToriiConfigError('res', '`res` has no `status` and `json`. A mock of a response needs these methods.');
  }
}

function writePlain(res: Response, { status, headers: { Vary = '', ...headers }, body }: Answer): void {
  const isJson = typeof body === 'object' && body !== null;
  if (body !== null) res.setHeader('Content-Type', `${isJson ? 'application/json' : 'text/plain'}; charset=utf-8`);
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
  const others = hasMethods(res, ['getHeader']) ? (res.getHeader('Vary') ?? []) : [];
  if (Vary !== '') res.setHeader('Vary', [others, Vary].flat().join(', '));
  res.statusCode = status;
  res.end(isJson ? JSON.stringify(body) : (body ?? ''));
}

function hasMethods(res: object, names: readonly string[]): boolean {
  return names.every((name) => typeof Reflect.get(Object(res), name) === 'function');
}
