import * as core from '@torii/core';
import type { DenialQuestion, PatchQuestion, PlatformQuestion, Question } from '../case.ts';
import { callApi } from './call-api.ts';
import { receiveWebhooks } from './receive-webhooks.ts';
import { describeError, takeSteps } from './take-steps.ts';
import { useFeed } from './use-feed.ts';

/** Answers one question, inside the runtime. An error is returned as text, so that a case can expect it. */
export async function answer(question: Question): Promise<string> {
  try {
    switch (question.ask) {
      case 'verifier':
        return await takeSteps(question);
      case 'api':
        return await callApi(question);
      case 'patch':
        return JSON.stringify(core.Patch.body(fieldsOf(question)));
      case 'diff':
        return JSON.stringify(core.Patch.diff(question.before, question.after));
      case 'denial':
        return JSON.stringify(core.denialFor(errorOf(question)) ?? null);
      case 'thrown':
        return await readAsFramework(errorOf(question));
      case 'webhook':
        return await receiveWebhooks(question);
      case 'feed':
        return await useFeed(question);
      case 'cryptography':
        return await nameCryptography(question);
      case 'exports':
        return Object.keys(core).sort().join(' ');
      case 'require':
        return 'this runtime has no require';
    }
  } catch (error) {
    return describeError(error);
  }
}

function fieldsOf({ fields }: PatchQuestion): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) =>
      typeof value === 'object' && value !== null && '$set' in value
        ? [name, core.Patch.set(value.$set)]
        : [name, value],
    ),
  );
}

function errorOf({ of }: DenialQuestion): Error {
  switch (of) {
    case 'auth':
      return new core.ToriiAuthError('token_expired', 'The token has "expired".');
    case 'forbidden':
      return new core.ToriiForbiddenError('Not you.');
    case 'unavailable':
      return new core.ToriiUnavailableError('keys_unavailable', 'Later.', { retryAfterSeconds: 7.2 });
    case 'request':
      return new core.ToriiRequestError('Which path?');
    case 'config':
      return new core.ToriiConfigError('issuer', 'Write one.');
    case 'foreign':
      return new TypeError('Not ours.');
  }
}

/** Reads an uncaught error as Koa and Hono do: assigns its status, and asks it for a response. */
async function readAsFramework(error: Error): Promise<string> {
  const fields = error as { status?: number; headers?: object; getResponse?: () => Response };
  fields.status = fields.status ?? 500;
  const response = fields.getResponse?.();
  const shown = Object.keys(error).filter((name) => /^(status|statusCode|expose|headers|stack)$/.test(name));
  return JSON.stringify([
    fields.status,
    error instanceof core.ToriiConfigError ? null : error.stack,
    response && [response.status, response.headers.get('www-authenticate'), await response.json()],
    response ? shown : [],
  ]);
}

/** Which crypto API verified the signature. The export conditions in core's package.json choose the file for this runtime. */
async function nameCryptography({ options, token }: PlatformQuestion): Promise<string> {
  const original = SubtleCrypto.prototype.verify;
  let calls = 0;
  SubtleCrypto.prototype.verify = function (...parameters) {
    calls += 1;
    return original.apply(this, parameters);
  };
  try {
    await core.createVerifier({ issuer: undefined, ...options }).verify(token);
    return calls > 0 ? 'WebCrypto' : 'node:crypto';
  } finally {
    SubtleCrypto.prototype.verify = original;
  }
}
