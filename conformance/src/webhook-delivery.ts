import { createHmac, randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { readWebhookTable, type WebhookCase } from './case-table.ts';

export interface DeliveryAnswer {
  readonly status: number;
  readonly body: string;
}

interface Prepared {
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
  readonly chunked: boolean;
}

/** Sends a case's delivery as often as the case says. Returns the id of the event, and the last response. */
export async function deliver(url: string, each: WebhookCase): Promise<{ id: string; answer: DeliveryAnswer }> {
  const id = `evt_${randomUUID()}`;
  let answer = await post(url, prepare(id, each));
  for (let time = 1; time < (each.times ?? 1); time++) answer = await post(url, prepare(id, each));
  return { id, answer };
}

/** Compares a response with what the case wants. Returns one sentence for each difference. */
export function findDeliveryProblems(
  { answer: wanted }: WebhookCase,
  { status, body }: DeliveryAnswer,
): readonly string[] {
  const problems: string[] = [];
  if (status !== wanted.status)
    problems.push(`The status is ${status} instead of ${wanted.status}: ${body.slice(0, 200)}`);
  const sent = readJson(body);
  if (wanted.word !== undefined && (sent['status'] !== wanted.word || Object.keys(sent).length !== 1))
    problems.push(`The body is ${body.slice(0, 200)} instead of {"status":"${wanted.word}"}.`);
  if (wanted.reason !== undefined) {
    const error = (sent['error'] ?? {}) as Readonly<Record<string, unknown>>;
    const isRight = error['code'] === 'webhook_refused' && error['reason'] === wanted.reason;
    if (!isRight || typeof error['message'] !== 'string' || Object.keys(error).length !== 3)
      problems.push(`The body is ${body.slice(0, 200)} instead of a refusal with the reason ${wanted.reason}.`);
  }
  if (/whsec_|v1,[A-Za-z0-9]| at .*\.[jt]s/.test(body))
    problems.push('The response contains a secret, a signature or a stack trace.');
  return problems;
}

/** A signature of Standard Webhooks 1.0.0. */
export function signDelivery(secret: string, id: string, seconds: number, body: Buffer): string {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${seconds}.`).update(body).digest('base64')}`;
}

function prepare(id: string, each: WebhookCase): Prepared {
  const { secrets } = readWebhookTable();
  const data = each.padBytes === undefined ? { id: 'ada' } : 'x'.repeat(each.padBytes);
  const event = JSON.stringify({ id, type: 'user.created', created_at: '2026-05-16T10:00:00Z', data });
  const body = Buffer.from((each.body ?? event).replaceAll('{id}', id), each.encoding ?? 'utf8');
  const seconds = Math.floor(Date.now() / 1000) - (each.ageSeconds ?? 0);
  const signatures = (each.signedWith ?? ['current']).map((name) => signDelivery(secrets[name], id, seconds, body));
  const headers: (readonly [string, string])[] = [
    ['webhook-id', id],
    ['webhook-timestamp', String(seconds)],
    ['webhook-signature', signatures.join(' ')],
  ];
  const { contentType = 'application/json' } = each;
  if (contentType !== null) headers.push(['Content-Type', contentType]);
  const sent = headers.filter(([name]) => name !== each.without);
  const again = headers.filter(([name]) => name === each.twice);
  if (each.alter) body[body.length - 3] = (body[body.length - 3] ?? 0) ^ 1;
  return { headers: [...sent, ...again], body, chunked: each.chunked ?? false };
}

/**
 * Sends a POST request with node:http, because `fetch` would join headers that are sent twice. A server may respond to a body that is
 * too large before all of it was sent, and close the connection. The response is then sometimes lost, so the request is repeated.
 */
async function post(url: string, prepared: Prepared): Promise<DeliveryAnswer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await postOnce(url, prepared);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (attempt === 5 || (code !== 'EPIPE' && code !== 'ECONNRESET')) throw error;
    }
  }
}

function postOnce(url: string, { headers, body, chunked }: Prepared): Promise<DeliveryAnswer> {
  const { hostname, port, host, pathname } = new URL(url);
  const length = chunked ? ['Transfer-Encoding', 'chunked'] : ['Content-Length', String(body.length)];
  const lines = [...[['Host', host], ...headers].flat(), ...length];
  return new Promise((resolve, reject) => {
    let responded = false;
    const sent = request(
      { hostname, port, path: pathname, method: 'POST', headers: lines, agent: false },
      (response) => {
        responded = true;
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, body: text });
          sent.destroy();
        });
        response.on('error', reject);
      },
    );
    sent.on('error', reject);
    sendParts(0);

    /** Sends one part after the other, until there is a response. */
    function sendParts(start: number): void {
      if (responded) return;
      const end = start + 60_000;
      if (end >= body.length) sent.end(body.subarray(start));
      else sent.write(body.subarray(start, end), () => setImmediate(sendParts, end));
    }
  });
}

function readJson(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
