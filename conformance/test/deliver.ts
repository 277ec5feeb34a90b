import { createHmac, randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { expect } from 'vitest';
import { secrets } from '../adapters/webhooks.ts';
import table from '../webhooks.json' with { type: 'json' };

/** A case of webhooks.json. README.md describes the fields. */
export interface WebhookCase {
  readonly name: string;
  readonly statement?: number;
  readonly body?: string;
  readonly encoding?: BufferEncoding;
  readonly padBytes?: number;
  readonly contentType?: string | null;
  readonly chunked?: boolean;
  readonly alter?: boolean;
  readonly ageSeconds?: number;
  readonly signedWith?: readonly (keyof typeof secrets)[];
  readonly without?: string;
  readonly twice?: string;
  readonly times?: number;
  readonly answer: { readonly status: number; readonly word?: string; readonly reason?: string };
  readonly handled?: number;
}

export const webhookCases = table.cases as readonly WebhookCase[];

export interface DeliveryAnswer {
  readonly status: number;
  readonly body: string;
}

interface Prepared {
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
  readonly chunked: boolean;
}

/** Sends a case's delivery as often as the case says. Returns the last response. */
export async function deliverCase(url: string, each: WebhookCase): Promise<{ id: string; answer: DeliveryAnswer }> {
  const id = `evt_${randomUUID()}`;
  let answer = await post(url, prepare(id, each));
  for (let time = 1; time < (each.times ?? 1); time++) answer = await post(url, prepare(id, each));
  return { id, answer };
}

/** Expects the case's response, and that the response contains no secret, signature or stack trace. */
export function judgeDelivery({ answer: wanted }: WebhookCase, { status, body }: DeliveryAnswer): void {
  expect([status, body]).toEqual([wanted.status, expect.any(String)]);
  if (wanted.word !== undefined) expect(JSON.parse(body)).toEqual({ status: wanted.word });
  if (wanted.reason !== undefined) {
    expect(JSON.parse(body)).toEqual({
      error: { code: 'webhook_refused', reason: wanted.reason, message: expect.any(String) },
    });
  }
  expect(body).not.toMatch(/whsec_|v1,[A-Za-z0-9]| at .*\.[jt]s/);
}

function prepare(id: string, each: WebhookCase): Prepared {
  const data = each.padBytes === undefined ? { id: 'ada' } : 'x'.repeat(each.padBytes);
  const event = JSON.stringify({ id, type: 'user.created', created_at: '2026-05-16T10:00:00Z', data });
  const body = Buffer.from((each.body ?? event).replaceAll('{id}', id), each.encoding ?? 'utf8');
  const seconds = Math.floor(Date.now() / 1000) - (each.ageSeconds ?? 0);
  const signatures = (each.signedWith ?? ['current']).map((name) => sign(secrets[name], id, seconds, body));
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

/** Signs with node:crypto. If the body is UTF-8 text, also expects the reference library to make the same signature. */
function sign(secret: string, id: string, seconds: number, body: Buffer): string {
  const byHand = createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64'))
    .update(`${id}.${seconds}.`)
    .update(body)
    .digest('base64');
  const text = body.toString('utf8');
  if (!Buffer.from(text).equals(body)) return `v1,${byHand}`;
  const byLibrary = new Webhook(secret).sign(id, new Date(seconds * 1000), text);
  expect(byLibrary).toBe(`v1,${byHand}`);
  return byLibrary;
}

/** Sends a POST request with node:http. `fetch` would join headers that are sent twice. */
function post(url: string, { headers, body, chunked }: Prepared): Promise<DeliveryAnswer> {
  const { hostname, port, host, pathname } = new URL(url);
  const length = chunked ? ['Transfer-Encoding', 'chunked'] : ['Content-Length', String(body.length)];
  const lines = [...[['Host', host], ...headers].flat(), ...length];
  return new Promise((resolve, reject) => {
    const sent = request(
      { hostname, port, path: pathname, method: 'POST', headers: lines, agent: false },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
        response.on('error', reject);
      },
    );
    sent.on('error', reject);
    if (!chunked) sent.end(body);
    else {
      for (let start = 0; start < body.length; start += 60_000) sent.write(body.subarray(start, start + 60_000));
      sent.end();
    }
  });
}
