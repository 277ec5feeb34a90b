import { ToriiApiError, ToriiConfigError, ToriiConnectionError, ToriiError } from '@torii/core';
import { isError } from '@torii/core/adapter';
import { docsUrlFor, readConnectionFailure } from '@torii/core/internal';
import { describeOwnFailure, type FailureText, UsageError } from './failures.ts';
import { inUserWords } from './option-words.ts';
import { brief, printable } from './output/printable.ts';
import { apiCodes, connectionReasons } from './troubleshooting/api-codes.ts';

/**
 * Returns the message and the exit code for an error. For an unknown error it shows only the class name, because the
 * message could contain a secret.
 */
export function describeFailure(error: unknown, env: Readonly<Record<string, string | undefined>>): FailureText {
  try {
    return describe(error, env);
  } catch (cause) {
    // An error that cannot be described, such as one with a getter that throws, must not end the run without a message.
    return describe(cause, env);
  }
}

function describe(error: unknown, env: Readonly<Record<string, string | undefined>>): FailureText {
  const own = describeOwnFailure(error);
  if (own !== undefined) return own;
  if (error instanceof UsageError) {
    return { text: `${error.message} See ${docsUrlFor(String(error.explained))}`, exitCode: 2 };
  }
  const refusal = isKeyRefused(error) ? error.cause : error;
  if (refusal instanceof ToriiApiError) {
    return { text: describeRefusal(refusal), exitCode: 1 };
  }
  if (error instanceof ToriiConfigError) return { text: inUserWords(error), exitCode: 2 };
  if (error instanceof ToriiConnectionError) return { text: describeSilence(error), exitCode: 1 };
  if (error instanceof ToriiError) {
    return { text: `${inUserWords(error)}${describeCauses(error.cause)} See ${error.docsUrl}`, exitCode: 1 };
  }
  const isDebugging = env['TORII_DEBUG'] === '1';
  const stack = isDebugging && isError(error) ? `\n${error.stack}` : '';
  const hint = isDebugging ? '' : ' Run it again with TORII_DEBUG=1 to see the stack trace, and report the error.';
  return { text: `Internal error in torii (${nameOf(error)}).${hint}${stack}`, exitCode: 1 };
}

/** Whether the API refused the secret key. The API's answer is the `cause` of this error. */
export function isKeyRefused(error: unknown): error is ToriiConfigError & { readonly cause: ToriiApiError } {
  return error instanceof ToriiConfigError && error.cause instanceof ToriiApiError;
}

// The fields of the error come from the server, or from whatever answered in its place: any of them can be of any type.
function describeRefusal(error: ToriiApiError): string {
  const { message, method, path, status, code, detail, supportId } = error;
  const isUnusable = ['response_malformed', 'redirect_refused', 'cursor_repeated'].includes(code);
  const codeText = code === 'unknown' ? ', without an error code' : ` ${printable(code)}`;
  const what = `${method} ${printable(path)} failed: ${isUnusable ? `${code}. ${message}` : `${status}${codeText}.`}`;
  // The detail of the emulator contains the beginning of a key, so that all of it is withheld.
  const isWithheld = detail === null || detail === undefined || detail === '[withheld]';
  const reason = isWithheld ? '' : ` ${asSentence(brief(detail, 300))}`;
  const support = supportId === null || supportId === undefined ? '' : ` Support id: ${brief(supportId, 99)}.`;
  const address = Object.hasOwn(apiCodes, code) ? ` See ${error.docsUrl}` : '';
  return `${what}${reason}${describeFields(error)}${adviceFor(error, isUnusable)}${support}${address}`;
}

function adviceFor({ status, code, retryAfterSeconds }: ToriiApiError, isUnusable: boolean): string {
  if (status === 401) return ' Check that TORII_SECRET_KEY is the key of this environment.';
  if (status === 429) {
    return ` Try again ${Number.isFinite(retryAfterSeconds) ? `in ${String(retryAfterSeconds)} seconds` : 'later'}.`;
  }
  if (status >= 500 && !isUnusable) return ' Try again later.';
  return isUnusable || code === 'unknown' ? ' Check that TORII_API_URL is the URL of Torii’s API.' : '';
}

/** Ends a text of the server, so that the next sentence does not run into it. */
function asSentence(text: string): string {
  return /(?:^|[.!?…])$/.test(text) ? text : `${text}.`;
}

function describeFields({ detail, fieldErrors }: ToriiApiError): string {
  const texts = (fieldErrors ?? [])
    .map(({ field, message }) => (field === null ? message : `${field}: ${message}`))
    // The detail often lists the fields too.
    .filter((_text, index) => !detail?.includes(fieldErrors[index]?.message ?? ''));
  return texts.length === 0 ? '' : ` ${asSentence(brief(texts.slice(0, 5).join('; '), 500))}`;
}

function describeSilence({ method, path, reason, cause, docsUrl }: ToriiConnectionError): string {
  const what = `${method} ${printable(path)} got no response: ${reason}.`;
  const why = reason === 'network' ? describeCauses(cause) : '';
  const { remedy = connectionReasons.network.causes.url.remedy } = readConnectionFailure(cause);
  return `${what} ${remedy}${why} See ${docsUrl}`;
}

export function describeCauses(cause: unknown): string {
  const texts = [...new Set(textsOf(cause))].slice(0, 3);
  return texts.length === 0 ? '' : ` Cause: ${texts.join('; ')}.`;
}

/** The innermost messages of an error with their codes, which tell a certificate, DNS and a refused connection apart. */
function textsOf(error: unknown, depth = 0): readonly string[] {
  if (!isError(error)) return typeof error === 'string' ? [brief(error, 200)] : [];
  const { message, cause, code, errors }: Error & { code?: unknown; errors?: unknown } = error;
  const causes: readonly unknown[] = Array.isArray(errors) ? errors : [cause];
  const inner = depth < 20 ? causes.flatMap((each) => textsOf(each, depth + 1)) : [];
  if (inner.length > 0) return inner;
  const suffix = typeof code === 'string' && !message.includes(code) ? ` ${code}` : '';
  const text = printable(message + suffix).trim();
  return text === '' ? [] : [brief(text, 200)];
}

function nameOf(error: unknown): string {
  return isError(error) && /^\w{1,60}$/.test(error.name) ? error.name : 'unknown';
}
