import { defaultApiUrl } from '@torii/api';
import { ToriiApiError, ToriiConfigError, ToriiError } from '@torii/core';
import { type ApiSettings, clientWith } from '../../client.ts';
import type { Context } from '../../context.ts';
import { describeFailure } from '../../failure-text.ts';
import { UsageError } from '../../failures.ts';
import { printable } from '../../output/printable.ts';
import { shownKey, shownUrl } from '../../shown-settings.ts';
import { doctorChecks } from '../../troubleshooting/doctor-checks.ts';
import { plainText } from '../../troubleshooting/plain-text.ts';
import { ask, describeForeignReply, hostOf, isTrouble, type Limits, type Reply } from './exchange.ts';
import { type Finding, failed, passed, type Report, skipped, warning } from './finding.ts';
import { isLocal } from './machine.ts';

/** No user has this id: asking for it reads no data, and shows whether the API accepts the key. */
const unknownUserId = '00000000-0000-7000-8000-000000000000';
const check = 'REST API';
const causes = doctorChecks[check].causes;

/**
 * Checks the secret key and the REST API. Asks without the key first, so that the key is sent only to a server that answers
 * like Torii's API.
 */
export async function checkApi(context: Context, settings: ApiSettings, limits: Limits): Promise<Report> {
  const { key, url } = settings;
  if (key === undefined) return { findings: [skipped(check, 'not asked: TORII_SECRET_KEY is not set')] };
  let client: ReturnType<typeof clientWith>;
  try {
    client = clientWith(settings);
  } catch (error) {
    if (!(error instanceof ToriiConfigError || error instanceof UsageError)) throw error;
    const isKey = error instanceof ToriiConfigError && error.option === 'secretKey';
    const found = isKey
      ? `not asked: ${shownKey(key.text)}`
      : `not asked: ${url === undefined ? '' : shownUrl(url.text)}`;
    return { findings: [failed(check, found, describeFailure(error, context.env).text)] };
  }
  const base = (url?.text ?? defaultApiUrl).replace(/\/+$/, '');
  const target = `${base}/api/server/v1/users/${unknownUserId}`;
  const reply = await ask(target, limits);
  const at = (found: string): string => `${shownUrl(base)}: ${found}`;
  if (isTrouble(reply)) return { findings: [failed(check, at(reply.found), reply.advice)] };
  const clock =
    reply.clockAheadSeconds === undefined ? undefined : { host: hostOf(target), aheadSeconds: reply.clockAheadSeconds };
  const foreign = describeForeignReply(target, reply) ?? describeOpenReply(target, reply);
  if (foreign !== undefined) return { findings: [failed(check, at(foreign.found), foreign.advice)], clock };

  const { signal, timeoutMs } = limits;
  try {
    await client.users.get(unknownUserId, { signal, timeoutMs, maxRetries: 0 });
    return { findings: [passed(check, at('key accepted'))], clock };
  } catch (error) {
    signal.throwIfAborted();
    const answer = error instanceof ToriiConfigError ? error.cause : error;
    if (answer instanceof ToriiApiError)
      return { findings: [judgeAnswer(answer, reply.status, { key: key.text, isLocal: isLocal(base) }, at)], clock };
    if (!(error instanceof ToriiError)) throw error;
    return { findings: [failed(check, at('no response'), describeFailure(error, context.env).text)], clock };
  }
}

/** Describes an API that does not refuse a request without a key, which Torii's API answers with 401. */
function describeOpenReply(
  url: string,
  { status }: Reply,
): { readonly found: string; readonly advice: string } | undefined {
  if (status === 401 || status === 403) return undefined;
  const host = hostOf(url);
  const advice =
    status === 404
      ? `There is no REST API of Torii at ${host}. Remove TORII_API_URL to use ${defaultApiUrl}, or set it to the URL of the emulator, without a path.`
      : `${host} does not answer like Torii’s REST API: it should refuse a request without a key. Check TORII_API_URL.`;
  return { found: `not Torii’s API (${status})`, advice };
}

function judgeAnswer(
  { status, code, problem }: ToriiApiError,
  statusWithoutKey: number,
  asked: { readonly key: string; readonly isLocal: boolean },
  at: (found: string) => string,
): Finding {
  const isTorii = problem !== null && code !== 'unknown';
  if (status === 403 && statusWithoutKey === 403) {
    return failed(
      check,
      at('403 with and without the key'),
      'Something forbids all requests from here, so it is not known whether the API accepts the key. Check the IP rules, and any firewall or gateway in between.',
    );
  }
  // 404: no such user, so the key was accepted. 403: the API does not tell unknown users from those of other environments.
  if (isTorii && (status === 404 || (status === 403 && code === 'forbidden'))) return passed(check, at('key accepted'));
  const found = at(`${status} ${printable(String(code)).slice(0, 60)}`);
  if (status === 401) {
    const { cause, remedy } = asked.isLocal ? causes.emulator : causes.key;
    return failed(
      check,
      found,
      `The API refuses the key, ${shownKey(asked.key)}. ${plainText(cause)} ${plainText(remedy)}`,
    );
  }
  if (status === 403) {
    return failed(check, found, `The API accepts the key but forbids its use. ${causes.rules.remedy}`);
  }
  if (status === 404) {
    return failed(check, found, `${causes.url.cause} ${causes.url.remedy}`);
  }
  if (status === 429) return warning(check, found, 'The API limits requests. Wait, and run torii doctor again.');
  return failed(check, found, 'The API has a problem, or something else answers at TORII_API_URL. Try again later.');
}

/** Compares the places of the issuer and the API: an emulator's API knows no users of a real issuer. */
export function checkSameTorii(issuers: readonly string[], { key, url }: ApiSettings): Finding {
  const name = 'same Torii';
  const { mixed, key: other } = doctorChecks[name].causes;
  if (key === undefined || issuers.length === 0) return skipped(name, 'needs an issuer and a secret key');
  const isApiLocal = isLocal(url?.text ?? defaultApiUrl);
  const areLocal = issuers.map(isLocal);
  if (areLocal.some((each) => each !== isApiLocal)) {
    return warning(
      name,
      isApiLocal ? 'the API is local, the issuer is not' : 'the issuer is local, the API is not',
      `Tokens and users come from different environments. ${mixed.remedy}`,
    );
  }
  if (isApiLocal && key.text.startsWith('sk_live_')) {
    return warning(name, 'a live key for a local API', `The emulator accepts test keys only. ${other.remedy}`);
  }
  return passed(name, isApiLocal ? 'issuer and API are local' : 'issuer and API are remote');
}
