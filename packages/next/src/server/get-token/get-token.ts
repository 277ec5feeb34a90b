import { type RequestParts, ToriiAuthError, ToriiConfigError } from '@torii/core';
import { tokenReaderOf } from '@torii/core/adapter';
import {
  type AwaitGuard,
  createAwaitGuard,
  type Options,
  readKnownOptions,
  readText,
  wrongOption,
} from '@torii/core/internal';
import { writeDigest } from '../../digest.ts';
import { currentRequest } from '../pages/current-request.ts';
import type { Settings } from '../settings.ts';
import { partsOf, requireHeaders, withoutHost } from '../shown-request.ts';
import { taintToken } from './taint.ts';
import { createTemplateTokens, type TemplateRequest } from './template-tokens.ts';

export interface GetTokenOptions {
  /**
   * The name of a token template of your environment. Torii makes the token with the claims of the template. Needs the option
   * `publishableKey`. The token is kept in this process until shortly before it expires, or until the user's own token does.
   */
  readonly template?: string;
  /**
   * The request that the token belongs to. Needed in the pages router and in the proxy function. Pass it in a route handler too:
   * Next tells `getToken()` neither the method nor the handler, so it may ignore a cookie that `withAuth` accepts.
   */
  readonly request?: RequestParts;
}

/** Returns the token of a request: see `ToriiNext.getToken`. */
export type GetToken = (options?: GetTokenOptions) => Promise<string | null>;

type WantedTemplate = Pick<TemplateRequest, 'template' | 'publishableKey'>;

// What code that forgets `await` reads from a text, or from any value that it puts into a text.
const guardToken: AwaitGuard = createAwaitGuard({
  length: true,
  at: true,
  charAt: true,
  concat: true,
  endsWith: true,
  includes: true,
  indexOf: true,
  match: true,
  replace: true,
  slice: true,
  split: true,
  startsWith: true,
  substring: true,
  toString: true,
  trim: true,
} as const);

const example = "getToken({ template: 'reports' }), or getToken()";

export function createGetToken(settings: Settings): GetToken {
  const { verifier, publishableKey } = settings;
  const read = tokenReaderOf(verifier);
  const templateTokens = createTemplateTokens();
  return (options) => guardToken(getToken(options));

  async function getToken(given: GetTokenOptions = {}): Promise<string | null> {
    const options = readKnownOptions(given, ['template', 'request'], example);
    const template = readTemplate(options);
    const request = 'request' in options ? shown(options.request) : await asked();
    const token = await tokenOf(request, template);
    if (token !== null) taintToken(token, Object(request.headers));
    return token;
  }

  async function tokenOf(request: RequestParts, template: WantedTemplate | undefined): Promise<string | null> {
    try {
      const caller = (await read?.(request, { optional: true })) ?? null;
      if (caller === null || template === undefined) return caller?.token ?? null;
      if (caller.auth.environmentId === null) throw foreignToken();
      return await templateTokens.get({ ...caller, ...template });
    } catch (error) {
      if (error instanceof ToriiAuthError) return null;
      throw writeDigest(error);
    }
  }

  // A template that is `undefined` must not give the user's own token, which every service of this issuer accepts.
  function readTemplate(options: Options<'template'>): WantedTemplate | undefined {
    const template = readText(options, 'template', "template: 'reports'");
    if (template === undefined) return undefined;
    if (/^(?:[sp]k|whsec)_|^eyJ/.test(template) || !/^[^\p{C}]{1,128}$/u.test(template))
      throw wrongOption('template', "must be the name of a token template. Write getToken({ template: 'reports' })");
    if (publishableKey !== undefined) return { template, publishableKey };
    throw new ToriiConfigError(
      'publishableKey',
      '`getToken({ template })` needs the publishable key of your environment. Write createToriiNext({ publishableKey: process.env.TORII_PUBLISHABLE_KEY, … }).',
    );
  }
}

// The token must not be sent to Torii, which did not issue it, or to its own issuer, which knows no templates of Torii.
function foreignToken(): ToriiConfigError {
  return new ToriiConfigError(
    'template',
    'The user of this request has a token of another issuer. Torii creates tokens of a template only for its own users. Call `getToken({ template })` only if `auth.environmentId` is not null.',
  );
}

async function asked(): Promise<RequestParts> {
  const { request } = await currentRequest('getToken');
  return withoutHost(request);
}

// Not `instanceof`: Headers of another realm have another class.
function isHeaders(headers: unknown): headers is Headers {
  return typeof Reflect.get(Object(headers), 'keys') === 'function';
}

function shown(request: unknown): RequestParts {
  const parts = partsOf(request as RequestParts, 'getToken({ request })');
  const { headers } = parts;
  if (isHeaders(headers)) requireHeaders(headers, 'withAuth');
  return parts;
}
