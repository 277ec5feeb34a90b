import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RevocationServer, serveRevocations } from '../../packages/next/test/revocation-server.ts';
import { buildLimitMs, isThorough, type RunningApp } from '../../packages/next/test/running-app.ts';
import { startNextApp } from '../adapters/next.ts';
import type { TestSource } from '../adapters/revocations.ts';
import { type Case, cases, emulators, fill, judge, optionsOf, verifiers } from './questions.ts';
import { type RawAnswer, sendRaw } from './raw-request.ts';

afterAll(() => Promise.all(Object.values(emulators).map((emulator) => emulator.stop())));

// Each verifier is a server, which takes seconds to start. Both versions of Next pass these options on with the same code.
const onNewestAlone = isThorough ? [] : ['audience', 'claims', 'environment', 'preflight'];

describe.each(['Next 16, proxy.ts', 'Next 15, middleware.ts'] as const)('%s', (variant) => {
  const left = variant === 'Next 16, proxy.ts' ? [] : onNewestAlone;
  const apps = new Map<string, RunningApp>();
  const sources = new Map<string, TestSource>();
  const servers: RevocationServer[] = [];
  beforeAll(async () => {
    for (const [name, data] of Object.entries(verifiers)) {
      if (left.includes(name)) continue;
      const { options, source } = optionsOf(data);
      const server = source && (await serveRevocations(source));
      if (source !== undefined) sources.set(name, source);
      if (server !== undefined) servers.push(server);
      apps.set(name, await startNextApp(variant, options, server?.environment));
    }
  }, buildLimitMs);
  afterAll(() => Promise.all([...apps.values(), ...servers].map((each) => each[Symbol.asyncDispose]())));

  const applicable = cases.filter((each) => skipReason(each) === undefined && !left.includes(each.verifier ?? 'usual'));
  test.each(applicable.map((each) => [each.statement ? `[${each.statement}] ` : '', each.name, each] as const))(
    '%s%s',
    async (_statement, _name, each) => {
      const {
        verifier = 'usual',
        method = 'GET',
        target = '/rest',
        authorization,
        headers,
        answer,
        revokedAfter,
      } = each;
      const app = apps.get(verifier);
      if (app === undefined) throw new Error(`No app runs with the verifier ${verifier}.`);
      const lines = [...(authorization ?? []).map((value) => ['Authorization', value]), ...(headers ?? [])];
      const request = fill({ target, lines }, `127.0.0.1:${app.port}`) as { target: string; lines: [string, string][] };
      const sent = verifier === 'cookie' ? request.lines.map(nameCookie) : request.lines;
      const send = () => sendRaw(app.port, { method, target: request.target, headers: sent });
      app.takeVisits();
      if (revokedAfter !== undefined) {
        judge(withoutVaryOfNext(await send()), revokedAfter, app.takeVisits(), method);
        sources.get(verifier)?.revoke(String(fill(each.revoke)));
      }
      const given = await send();
      if (isRedirectByNext(given)) expect(app.takeVisits()).toEqual([]);
      else judge(withoutVaryOfNext(given), expectedOnNext(target, answer), app.takeVisits(), method);
    },
  );
});

/** Why a case cannot be tested on Next, or `undefined` if it can. */
function skipReason({ target, verifier, authorization = [], answer }: Case): string | undefined {
  if (target?.startsWith('/optional'))
    return 'Next has auth() for optional authentication, which returns null for an invalid token instead of refusing';
  if (authorization.length > 1 || authorization.some((value) => value.includes('\r\nAuthorization')))
    return 'Next passes on only one of two Authorization headers';
  if (verifier === 'preflight' && answer.handler !== undefined)
    return 'Next itself answers a preflight that the proxy lets through';
  return undefined;
}

/** Renames the cookie of a case, because `@torii/next` has a fixed cookie name. */
function nameCookie([name, value]: [string, string]): [string, string] {
  return [name, value.replaceAll(/\btorii=/g, '__Host-torii_token=')];
}

/**
 * The response that a case must have on Next. Next answers errors of handlers itself, and may answer 500 if the target
 * is not a path. Next resolves dot segments before the proxy and the router run, so the resolved path may be public.
 */
function expectedOnNext(target: string, answer: Case['answer']): Case['answer'] {
  if (answer.appError) return { status: [500] };
  if (answer.status === undefined) return answer;
  if (!target.startsWith('/')) return { status: [...answer.status, 500] };
  return /(?:\/|%2e|\.)(?:\.|%2e)(?:\/|$)/i.test(target) ? { publicOr: answer.status } : answer;
}

/** Next redirects to a path without doubled or trailing slashes before any code of the app runs. */
function isRedirectByNext({ status }: RawAnswer): boolean {
  return status === 308;
}

function withoutVaryOfNext(given: RawAnswer): RawAnswer {
  const vary = given.headers
    .get('vary')
    ?.split(', ')
    .filter((name) => /^(?:authorization|cookie)$/i.test(name));
  return { ...given, headers: new Map([...given.headers, ...(vary ? [['vary', vary.join(', ')] as const] : [])]) };
}
