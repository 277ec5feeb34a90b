import { readCaseTable, readWebhookTable, type WebhookCase } from './case-table.ts';
import { type Case, listCases } from './cases.ts';
import type { Feature, Level } from './features.ts';
import type { Issuers } from './issuers.ts';
import { findProblems } from './judgement.ts';
import { sendRaw } from './raw-request.ts';
import type { ServerOptions, ServerSetting, TestServer } from './test-server.ts';
import { deliver, findDeliveryProblems } from './webhook-delivery.ts';

export interface QuestionOptions {
  /**
   * `responses` judges the exact status, challenge, headers and body of each refusal, `decisions` only who gets in.
   *
   * @default 'responses'
   */
  readonly level?: Level;
  /** The features that the server lacks. Cases that need one are left out. */
  readonly without?: readonly Feature[];
  /** Only cases whose name contains this text. */
  readonly only?: string;
  /**
   * Returns a case as it applies to this server, or the reason why it cannot be asked. Use it for what happens before your code runs: a
   * framework may normalize the path, or answer malformed requests itself.
   */
  readonly change?: (each: Case) => Case | string;
}

/** A case that can be asked of a server. */
export interface Question {
  readonly name: string;
  readonly title: string;
  readonly statement: number | undefined;
  readonly needs: readonly Feature[];
  /** The name of the options that the server is started with. */
  readonly options: string;
  /** Why the case is not asked. */
  readonly leftOut: string | undefined;
  /** Returns one sentence for each difference from what the case wants. */
  ask(server: TestServer, issuers: Issuers): Promise<readonly string[]>;
}

/** The cases of cases.json and webhooks.json. */
export function listQuestions(options: QuestionOptions = {}): readonly Question[] {
  const { level = 'responses', only = '', without = [], change = (each) => each } = options;
  const cases = without.includes('publicPaths') ? listCases().map(makePrivate) : listCases();
  const requests = cases.map((each): Question => {
    const { name, title, statement, needs, options } = each;
    const base = { name, title, statement, needs, options };
    const lacking = findLacking(each.needs, without);
    if (lacking !== undefined) return { ...base, leftOut: lacking, ask: askNothing };
    if (each.level === 'responses' && level === 'decisions')
      return { ...base, leftOut: 'asked only at the level responses', ask: askNothing };
    const changed = change(each);
    if (typeof changed === 'string') return { ...base, leftOut: changed, ask: askNothing };
    return { ...base, leftOut: undefined, ask: (server, issuers) => askRequest(changed, level, server, issuers) };
  });
  const webhooks = readWebhookTable().cases.map(
    (each): Question => ({
      name: `webhook: ${each.name}`,
      title: `webhook: ${each.name}`,
      statement: each.statement,
      needs: ['webhooks'],
      options: 'usual',
      leftOut: findLacking(['webhooks'], without),
      ask: (server) => askWebhook(each, level, server),
    }),
  );
  return [...requests, ...webhooks].filter(({ name }) => name.includes(only));
}

/** Without public paths, every path must be refused. */
function makePrivate(each: Case): Case {
  const { name, needs, answer } = each;
  if (answer.handler !== 'public' && answer.publicOr === undefined) return each;
  return {
    ...each,
    name: `${name}, not public`,
    needs: needs.filter((feature) => feature !== 'publicPaths'),
    answer: { status: answer.publicOr ?? [400, 401] },
  };
}

/** What a server is started with, by the name of its options in cases.json. */
export function settingOf(name: string, issuers: Issuers, without: readonly Feature[] = []): ServerSetting {
  const { revocations, ...all } = issuers.fill(readCaseTable().options[name]?.options ?? {});
  const { publicPaths, ...others } = all;
  const options = without.includes('publicPaths') ? others : all;
  const { current, previous } = readWebhookTable().secrets;
  return {
    name,
    options: { issuer: issuers.torii.url, ...options } as ServerOptions,
    revocations: revocations && {
      issuer: issuers.torii.url,
      environmentId: issuers.torii.environmentId,
      ...revocations,
    },
    webhookSecrets: { current, previous },
  };
}

function findLacking(needs: readonly Feature[], without: readonly Feature[]): string | undefined {
  const lacking = needs.filter((feature) => without.includes(feature));
  return lacking.length === 0 ? undefined : `needs ${lacking.join(' and ')}`;
}

const askNothing = async (): Promise<readonly string[]> => [];

async function askRequest(each: Case, level: Level, server: TestServer, issuers: Issuers): Promise<readonly string[]> {
  const { method, needs, revokedAfter, revoke = '', answer } = each;
  const { target, headers } = issuers.fill({ target: each.target, headers: each.headers }, new URL(server.url).host);
  const ask = async (wanted: Case['answer']) => {
    await server.takeVisits?.();
    const given = await sendRaw(server.url, { method, target, headers });
    const all = await server.takeVisits?.();
    if (needs.includes('rewrites') && all?.includes('rewrite') === false)
      return ['The middleware that rewrites the path did not run, or did not call `visit`.'];
    const visits = all?.filter((name) => name !== 'rewrite');
    return findProblems({ given, wanted, visits, method, level, secrets: issuers.secrets });
  };
  if (revokedAfter === undefined) return ask(answer);
  const before = await ask(revokedAfter);
  if (before.length > 0) return before.map((problem) => `Before the revocation: ${problem}`);
  if (server.revoke === undefined) return ['The server has no way to revoke a token.'];
  await server.revoke(issuers.fill(revoke));
  return ask(answer);
}

async function askWebhook(each: WebhookCase, level: Level, server: TestServer): Promise<readonly string[]> {
  await server.takeVisits?.();
  const { id, answer } = await deliver(server.webhooksUrl ?? new URL('/webhooks', server.url).href, each);
  const visits = await server.takeVisits?.();
  const problems =
    level === 'responses' ? [...findDeliveryProblems(each, answer)] : findWrongDecision(each, answer.status);
  const handled = visits?.filter((visit) => visit === `/webhooks ${id}`).length;
  const wanted = each.handled ?? 0;
  if (handled !== undefined && handled !== wanted)
    problems.push(`The event was handled ${handled} times instead of ${wanted}.`);
  return problems;
}

function findWrongDecision({ answer }: WebhookCase, status: number): string[] {
  const isRight = Math.floor(status / 100) === Math.floor(answer.status / 100);
  return isRight ? [] : [`The status is ${status} instead of ${answer.status}.`];
}
