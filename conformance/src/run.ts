import { setTimeout as pause } from 'node:timers/promises';
import type { Feature } from './features.ts';
import { startIssuers } from './issuers.ts';
import { listQuestions, type Question, type QuestionOptions, settingOf } from './questions.ts';
import type { StartServer, TestServer } from './test-server.ts';

/** The result of a case. */
export interface CaseResult {
  readonly name: string;
  /** The name in the data. `name` has the target too, if the case has several targets. */
  readonly title: string;
  /** The number of the security statement that the case tests. */
  readonly statement: number | undefined;
  /** The features that the case needs. */
  readonly needs: readonly Feature[];
  /** The name of the options that the server was started with. */
  readonly options: string;
  readonly outcome: 'passed' | 'failed' | 'left out';
  /** One sentence for each difference, or the reason why the case was left out. */
  readonly details: readonly string[];
}

export interface RunOptions extends QuestionOptions {
  /** The port of the issuer. A free one by default. */
  readonly issuerPort?: number;
  /** The name of the options of a server that already runs. Cases with other options are left out. */
  readonly onlyOptions?: string;
  /** Called after each case. */
  readonly onResult?: (result: CaseResult, done: number, all: number) => void;
}

/**
 * Starts issuers, starts the server once with each set of options, asks all cases, and stops everything.
 *
 * @throws an error of `start`
 */
export async function runConformance(start: StartServer, options: RunOptions = {}): Promise<readonly CaseResult[]> {
  const { issuerPort, onlyOptions, onResult, ...questionOptions } = options;
  const questions = listQuestions(questionOptions);
  const results = new Map<Question, CaseResult>();
  const add = (question: Question, outcome: CaseResult['outcome'], details: readonly string[]) => {
    const { name, title, statement, needs, options } = question;
    const result = { name, title, statement, needs, options, outcome, details };
    results.set(question, result);
    onResult?.(result, results.size, questions.length);
  };
  const issuers = await startIssuers(issuerPort === undefined ? {} : { port: issuerPort });
  try {
    for (const name of new Set(questions.map((question) => question.options))) await askAll(name);
  } finally {
    await issuers.stop();
  }
  return questions.flatMap((question) => results.get(question) ?? []);

  async function askAll(name: string): Promise<void> {
    const group = questions.filter((question) => question.options === name);
    const other = onlyOptions !== undefined && name !== onlyOptions;
    const asked = group.filter(({ leftOut }) => leftOut === undefined && !other);
    for (const question of group.filter((each) => !asked.includes(each)))
      add(question, 'left out', [question.leftOut ?? `needs a server with the options ${name}`]);
    if (asked.length === 0) return;
    const setting = settingOf(name, issuers, questionOptions.without);
    let server = await start(setting);
    try {
      for (const question of asked) {
        if (server.howEnded?.() !== undefined) {
          await server.stop?.();
          server = await start(setting);
        }
        const problems = await askSafely(question, server);
        add(question, problems.length === 0 ? 'passed' : 'failed', problems);
      }
    } finally {
      await server.stop?.();
    }
  }

  /** A server that ends, or does not respond, fails the case. */
  async function askSafely(question: Question, server: TestServer): Promise<readonly string[]> {
    try {
      return await question.ask(server, issuers);
    } catch (error) {
      // The process may need a moment to report its end.
      await pause(server.howEnded === undefined ? 0 : 200);
      return [server.howEnded?.() ?? `There was no response: ${describeError(error)}`];
    }
  }
}

/**
 * The results of all cases.
 * @param found The problems of each case that was asked. A case without an entry has failed: it was not asked to its end.
 */
export function collectResults(
  questions: readonly Question[],
  found: ReadonlyMap<Question, readonly string[]>,
): readonly CaseResult[] {
  return questions.map((question) => {
    const { name, title, statement, needs, options, leftOut } = question;
    const base = { name, title, statement, needs, options };
    if (leftOut !== undefined) return { ...base, outcome: 'left out', details: [leftOut] };
    const details = found.get(question) ?? ['The case was not asked to its end.'];
    return { ...base, outcome: details.length === 0 ? 'passed' : 'failed', details };
  });
}

function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
