import { createToriiClient, ToriiApiError, type ToriiClient, ToriiConnectionError } from '@torii/api';
import type { ApiAnswer, ApiQuestion } from '../case.ts';

/** Returns the result of the call and, if the question provides `answers`, each request that was sent. */
export async function callApi({ options, answers, call, input }: ApiQuestion): Promise<string> {
  const sent: string[] = [];
  const client = createToriiClient({
    secretKey: undefined,
    ...options,
    ...(answers && { fetch: makeFetch(answers, sent) }),
  });
  return [await outcomeOf(client, call, input), ...sent].join('; ');
}

async function outcomeOf(client: ToriiClient, call: ApiQuestion['call'], input: readonly unknown[]): Promise<string> {
  try {
    if (call === 'get twenty with one signal') return await shareSignal(client, input);
    if (call === 'create on a used connection') return await createOnUsedConnection(client);
    if (call !== 'list all')
      return JSON.stringify(await Reflect.apply(client.users[call], client.users, input)) ?? 'nothing';
    const ids: string[] = [];
    for await (const { id } of client.users.list()) ids.push(id);
    return ids.join(' ');
  } catch (error) {
    if (error instanceof ToriiApiError) return `${error.status} ${error.code}, attempts: ${error.attempts}`;
    if (error instanceof ToriiConnectionError) return `${error.reason}, attempts: ${error.attempts}`;
    throw error;
  }
}

/** Some runtimes send a request again by themselves if a used connection closes. Returns the number of requests that arrived. */
async function createOnUsedConnection(client: ToriiClient): Promise<string> {
  const name = crypto.randomUUID();
  await client.users.get(name);
  const outcome = await client.users.create({ name }).then(
    () => 'created',
    (error: ToriiConnectionError) => `${error.reason}, may have arrived: ${error.mayHaveArrived}`,
  );
  const { id } = await client.users.get(name);
  return `${outcome}, arrived: ${id}`;
}

/** Node warns of a memory leak if one signal has more than ten listeners. */
async function shareSignal(client: ToriiClient, [id]: readonly unknown[]): Promise<string> {
  const warnings: unknown[] = [];
  const { process }: { process?: { on?(event: string, listener: (warning: unknown) => void): void } } = globalThis;
  process?.on?.('warning', (warning) => warnings.push(warning));
  const { signal } = new AbortController();
  await Promise.all(Array.from({ length: 20 }, () => client.users.get(String(id), { signal })));
  // Node emits a warning in a later turn.
  await new Promise((resolve) => setTimeout(resolve, 0));
  return warnings.length === 0 ? 'no warnings' : warnings.map(String).join();
}

function makeFetch(answers: readonly ApiAnswer[], sent: string[]): typeof fetch {
  return async (input, init) => {
    const answer = answers[Math.min(sent.length, answers.length - 1)];
    const request = new Request(input, init);
    const { pathname, search } = new URL(request.url);
    const body = await request.text();
    const key = request.headers.get('authorization') === 'Bearer sk_test_matrix' ? '' : ' without the key';
    sent.push(`${request.method} ${pathname}${search}${key}${body === '' ? '' : ` ${body}`}`);
    if (answer === undefined) throw new TypeError('fetch failed');
    const { status, headers = {}, body: answered } = answer;
    return new Response(answered === undefined ? null : JSON.stringify(answered), { status, headers });
  };
}
