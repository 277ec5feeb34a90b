import type { RequestListener } from 'node:http';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { type Adapter, serveApp } from './app-server.ts';
import { type Issuers, startIssuers } from './issuers.ts';
import { serveCommand } from './process-server.ts';
import { listQuestions, type Question, type QuestionOptions, settingOf } from './questions.ts';
import { type CaseResult, collectResults } from './run.ts';
import type { StartServer, TestServer } from './test-server.ts';

export type { Adapter, CreateApp, CreateWebhookApp, Listening, Subject, WebhookSubject } from './app-server.ts';
export type { Expectation, RevocationData, WebhookSecrets } from './case-table.ts';
export type { Case } from './cases.ts';
export type { Feature, Level } from './features.ts';
export type { QuestionOptions } from './questions.ts';
export type { AskedToken, RevocationSetting, RevocationSource } from './revocation-source.ts';
export type { CaseResult } from './run.ts';
export type { ServerOptions, ServerSetting, StartServer, TestServer } from './test-server.ts';

export interface ConformanceOptions extends QuestionOptions {
  /** The limit for starting all servers, in milliseconds. By default Vitest's `hookTimeout`. */
  readonly startTimeoutMs?: number;
  /** Called with the results of all cases, after the last one. */
  readonly onEnd?: (results: readonly CaseResult[]) => void;
}

/** A function that starts a server, the command that starts one, or the functions of an adapter. */
export type ConformanceSubject<Verifier, App> =
  | { readonly start: StartServer }
  | { readonly command: readonly string[] }
  | Adapter<Verifier, App>;

/**
 * Defines one test for each case, and one skipped test for each reason why cases are left out.
 *
 * @example
 * describeConformance('my adapter', { createApp, createWebhookApp, createVerifier });
 */
export function describeConformance<Verifier, App = RequestListener>(
  name: string,
  subject: ConformanceSubject<Verifier, App>,
  { startTimeoutMs, onEnd, ...options }: ConformanceOptions = {},
): void {
  const settled = withoutMissing(subject, options);
  const questions = listQuestions(settled);
  const asked = questions.filter(({ leftOut }) => leftOut === undefined);
  const start = startOf(subject, startTimeoutMs);

  describe(name, () => {
    const found = new Map<Question, readonly string[]>();
    const servers = new Map<string, TestServer>();
    let issuers: Issuers | undefined;

    beforeAll(async () => {
      const started = await startIssuers();
      issuers = started;
      for (const each of new Set(asked.map((question) => question.options)))
        servers.set(each, await start(settingOf(each, started, settled.without)));
    }, startTimeoutMs);

    afterAll(async () => {
      await Promise.all([...servers.values()].map((server) => server.stop?.()));
      await issuers?.stop();
      onEnd?.(collectResults(questions, found));
    });

    test.each(
      asked.map((each) => [each.statement === undefined ? '' : `[${each.statement}] `, each.name, each] as const),
    )('%s%s', async (_statement, _name, question) => {
      const server = servers.get(question.options);
      if (server === undefined || issuers === undefined) throw new Error('The server did not start.');
      const problems = await question.ask(server, issuers);
      found.set(question, problems);
      // Throws an error instead of using `expect`, which would print a comparison before the sentences.
      if (problems.length > 0) throw new Error(problems.join('\n'));
    });

    const reasons = new Set(questions.flatMap(({ leftOut }) => leftOut ?? []));
    for (const reason of reasons) {
      const count = questions.filter(({ leftOut }) => leftOut === reason).length;
      test.skip(`${count === 1 ? '1 case is' : `${count} cases are`} left out: ${reason}`);
    }
  });
}

function startOf<Verifier, App>(subject: ConformanceSubject<Verifier, App>, timeoutMs = 60_000): StartServer {
  if ('start' in subject) return subject.start;
  if ('command' in subject) return serveCommand(subject.command, { startSeconds: timeoutMs / 1000 });
  return serveApp(subject);
}

function withoutMissing<Verifier, App>(
  subject: ConformanceSubject<Verifier, App>,
  options: QuestionOptions,
): QuestionOptions {
  const hasWebhooks = !('createApp' in subject) || subject.createWebhookApp !== undefined;
  return hasWebhooks ? options : { ...options, without: [...(options.without ?? []), 'webhooks'] };
}
