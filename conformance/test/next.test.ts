import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildLimitMs, type RunningApp } from '../../packages/next/test/running-app.ts';
import { standUpNext } from '../adapters/next.ts';
import { type Case, cases, emulators, fill, judge, verifiers } from './questions.ts';
import { type RawAnswer, sendRaw } from './raw-request.ts';

afterAll(() => Promise.all(Object.values(emulators).map((emulator) => emulator.stop())));

describe.each(['Next 16, proxy.ts', 'Next 15, middleware.ts'] as const)('%s', (variant) => {
  const apps = new Map<string, RunningApp>();
  beforeAll(async () => {
    for (const [name, options] of Object.entries(verifiers)) {
      const filled = fill({ issuer: '{issuer}', ...options }) as Record<string, unknown>;
      apps.set(name, await standUpNext(variant, filled));
    }
  }, buildLimitMs);
  afterAll(() => Promise.all([...apps.values()].map((app) => app[Symbol.asyncDispose]())));

  const asked = cases.filter((each) => whyNotAsked(each) === undefined);
  test.each(asked.map((each) => [each.statement ? `[${each.statement}] ` : '', each.name, each] as const))(
    '%s%s',
    async (_statement, _name, { verifier = 'usual', method = 'GET', target = '/', authorization, headers, answer }) => {
      const app = apps.get(verifier);
      if (app === undefined) throw new Error(`Nobody stood up ${verifier}.`);
      const lines = [...(authorization ?? []).map((value) => ['Authorization', value]), ...(headers ?? [])];
      const request = fill({ target, lines }, `127.0.0.1:${app.port}`) as { target: string; lines: [string, string][] };
      const sent = verifier === 'cookie' ? request.lines.map(nameCookie) : request.lines;
      app.takeVisits();
      const given = await sendRaw(app.port, { method, target: request.target, headers: sent });
      if (isNextsOwnRedirect(given)) expect(app.takeVisits()).toEqual([]);
      else judge(withoutNextsOwn(given), asNextReads(target, answer), app.takeVisits(), method);
    },
  );
});

/** What a server of Next's cannot be asked, and why. */
function whyNotAsked({ target, verifier, authorization = [], answer }: Case): string | undefined {
  if (target?.startsWith('/optional')) return 'auth() is for that, and gives null where others refuse';
  if (authorization.length > 1) return 'of two Authorization headers, Next shows one';
  if (authorization.some((value) => value.includes('\r\nAuthorization'))) return 'the same';
  if (verifier === 'preflight' && answer.handler !== undefined)
    return 'Next itself answers a preflight that the proxy let pass';
  return undefined;
}

/** The cookie by the name that it has here. */
function nameCookie([name, value]: [string, string]): [string, string] {
  return [name, value.replaceAll(/\btorii=/g, '__Host-torii_token=')];
}

/**
 * Next resolves dots before anybody sees them, router and proxy alike; it has no words for what is no path at all; and it
 * answers itself to what a handler throws.
 */
function asNextReads(target: string, answer: Case['answer']): Case['answer'] {
  if (answer.appError) return { status: [500] };
  if (answer.status === undefined) return answer;
  if (!target.startsWith('/')) return { status: [...answer.status, 500] };
  return /(?:\/|%2e|\.)(?:\.|%2e)(?:\/|$)/i.test(target) ? { publicOr: answer.status } : answer;
}

/** Before anything of ours runs, Next straightens slashes, and sends the browser there. */
function isNextsOwnRedirect({ status }: RawAnswer): boolean {
  return status === 308;
}

/** What Next says in `Vary` besides. */
function withoutNextsOwn(given: RawAnswer): RawAnswer {
  const vary = given.headers
    .get('vary')
    ?.split(', ')
    .filter((name) => /^(?:authorization|cookie)$/i.test(name));
  return { ...given, headers: new Map([...given.headers, ...(vary ? [['vary', vary.join(', ')] as const] : [])]) };
}
