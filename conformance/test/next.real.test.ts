import { serveRevocations } from '../../packages/next/test/revocation-server.ts';
import { buildLimitMs, isThorough } from '../../packages/next/test/running-app.ts';
import { startNextApp } from '../adapters/next.ts';
import type { Expectation } from '../src/case-table.ts';
import type { Case } from '../src/cases.ts';
import { createRevocationSource } from '../src/revocation-source.ts';
import { describeConformance } from '../src/vitest.ts';
import { writeResults } from './results.ts';

// Each set of options is a server, which takes seconds to start. Both versions of Next pass these options on with the same code.
const onNewestAlone = isThorough ? [] : ['audience', 'claims', 'environment', 'preflight'];

for (const variant of ['Next 16, proxy.ts', 'Next 15, middleware.ts'] as const) {
  const left = variant === 'Next 16, proxy.ts' ? [] : onNewestAlone;
  describeConformance(
    variant,
    {
      async start({ options, revocations, webhookSecrets }) {
        const source = revocations && createRevocationSource(revocations);
        const server = source && (await serveRevocations(source));
        const app = await startNextApp(variant, options, {
          ...server?.environment,
          WEBHOOK_SECRET: webhookSecrets.current,
          PREVIOUS_WEBHOOK_SECRET: webhookSecrets.previous,
        });
        return {
          url: app.url,
          takeVisits: () => app.takeVisits(),
          revoke: (name) => source?.revoke(name),
          stop: () =>
            Promise.all([app, ...(server === undefined ? [] : [server])].map((each) => each[Symbol.asyncDispose]())),
        };
      },
    },
    {
      // Next has no option `header`, and no middleware functions.
      without: ['bareToken', 'mistakes'],
      startTimeoutMs: buildLimitMs,
      change: (each) =>
        left.includes(each.options)
          ? 'tried with Next 16 alone, except in the matrix'
          : (skipReason(each) ?? onNext(each)),
      onEnd: (results) => writeResults(variant, results),
    },
  );
}

/** Why a case cannot be tested on Next, or `undefined` if it can. */
function skipReason({ target, options, needs, headers, answer }: Case): string | undefined {
  if (needs.includes('rewrites'))
    return 'Next rewrites a path after the proxy, so the page or route that it leads to needs a guard, as every page does';
  if (needs.includes('headers')) return 'Next adds the headers of next.config.ts itself';
  if (target.startsWith('/optional'))
    return 'Next has auth() for optional authentication, which returns null for an invalid token instead of refusing';
  const authorization = headers.filter(([name]) => name === 'Authorization');
  if (authorization.length > 1 || authorization.some(([, value]) => value.includes('\r\nAuthorization')))
    return 'Next passes on only one of two Authorization headers';
  if (options === 'preflight' && answer.handler !== undefined)
    return 'Next itself answers a preflight that the proxy lets through';
  return undefined;
}

/** The case with the fixed cookie name of `@torii/next`, and with the answer that Next gives. */
function onNext(each: Case): Case {
  const rename = (value: string) =>
    each.options === 'cookie' ? value.replaceAll(/\btorii=/g, '__Host-torii_token=') : value;
  const headers = each.headers.map(([name, value]) => [name, rename(value)] as const);
  return { ...each, headers, answer: expectedOnNext(each.target, each.answer) };
}

/**
 * The response that a case must have on Next. Next answers errors of handlers itself, and may answer 500 if the target
 * is not a path. Next resolves dot segments before the proxy and the router run, so the resolved path may be public.
 * Next redirects to a path without doubled or trailing slashes before any code of the app runs.
 */
function expectedOnNext(target: string, answer: Expectation): Expectation {
  if (answer.appError) return { status: [500] };
  if (answer.publicOr !== undefined) return { publicOr: [...answer.publicOr, 308] };
  if (answer.status === undefined) return answer;
  const status = [...answer.status, 308];
  if (!target.startsWith('/')) return { status: [...status, 500] };
  return /(?:\/|%2e|\.)(?:\.|%2e)(?:\/|$)/i.test(target) ? { publicOr: status } : { status };
}
