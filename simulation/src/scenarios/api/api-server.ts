import type { Answer, BodyPiece, Request } from '../../world/network.ts';
import { epochMs } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import { Directory, problem, type Reply } from './directory.ts';
import { failureError, failures } from './failures.ts';
import type { ApiPlan, Behaviour, BodyEnd, DateHeader, Fault } from './plan.ts';
import { retryAfterHeaders } from './retry-after.ts';

export const apiOrigin = 'https://api.test';
const foreignOrigin = 'https://elsewhere.test';

/** What happened to a request at the API. */
export interface Handled {
  readonly behaviour: Behaviour;
  readonly atMs: number;
  /** What the API answers, whether or not the answer arrives. `null` if it did not carry the operation out. */
  readonly reply: Reply | null;
  /** The header `Date` of the answer. */
  readonly date: string | undefined;
}

const healthy: Behaviour = { kind: 'answer', afterMs: 0, end: 'whole' };

/** The API and its faults. Calls `onHandled` with what it did with each request. */
export class ApiServer {
  readonly directory: Directory;
  readonly faults: { readonly fromMs: number; readonly untilMs: number; readonly steps: readonly Behaviour[] }[] = [];
  onHandled: (request: Request, handled: Handled) => void = () => {};
  readonly #world: World;
  readonly #seen: Map<string, number> = new Map();
  /** The cursors that a call has sent. */
  readonly #cursors: Map<string, string[]> = new Map();

  readonly #dates: DateHeader;

  constructor(world: World, { users, pageSize, dates }: Pick<ApiPlan, 'users' | 'pageSize' | 'dates'>) {
    this.#world = world;
    this.#dates = dates;
    this.directory = new Directory(users, pageSize);
    world.network.addServer(apiOrigin, (request) => this.#answer(request));
    world.network.addServer(foreignOrigin, (request) => {
      const hasKey = request.headers['authorization'] !== undefined;
      world.violate(30, `A redirect was followed to another origin, ${hasKey ? 'with' : 'without'} the secret key.`);
      return { status: 200, body: '{}' };
    });
  }

  addFault({ fromMs, forMs, steps }: Fault, startMs: number): void {
    this.faults.push({ fromMs: startMs + fromMs, untilMs: startMs + fromMs + forMs, steps });
  }

  #answer(request: Request): Answer {
    this.#remember(request);
    const behaviour = this.#behaviourFor(request);
    const { nowMs } = this.#world;
    const works = 'works' in behaviour ? behaviour.works : behaviour.kind !== 'redirect';
    const isReceived = behaviour.kind !== 'failure' || failures[behaviour.number]?.isUnsent === false;
    const reply = works && isReceived ? this.directory.carryOut(request, nowMs) : null;
    const answer = this.#dated(behaviour, this.#answerWith(behaviour, request, reply));
    const headers = typeof answer === 'string' || 'fails' in answer ? undefined : answer.headers;
    const { date } = { ...headers } as { readonly date?: string };
    if (isReceived) this.onHandled(request, { behaviour, atMs: nowMs, reply, date });
    return answer;
  }

  #dated(behaviour: Behaviour, answer: Answer): Answer {
    if (typeof answer === 'string' || 'fails' in answer || this.#dates === 'none') return answer;
    // With a date in `Retry-After`, the plan says whether there is a `Date`.
    if (behaviour.kind === 'error' && behaviour.retryAfter?.kind === 'date') return answer;
    const date = new Date(epochMs + this.#world.nowMs - (this.#dates === 'cached' ? 3_000 : 0)).toUTCString();
    return { ...answer, headers: { ...answer.headers, date } };
  }

  #behaviourFor({ headers, url }: Request): Behaviour {
    const name = `${headers['x-call']} ${url}`;
    const fault = this.faults.find(({ fromMs, untilMs }) => fromMs <= this.#world.nowMs && this.#world.nowMs < untilMs);
    if (fault === undefined) return healthy;
    const count = this.#seen.get(name) ?? 0;
    this.#seen.set(name, count + 1);
    return fault.steps[count % fault.steps.length] ?? healthy;
  }

  #remember({ headers, url }: Request): void {
    const cursor = new URL(url).searchParams.get('cursor');
    const call = headers['x-call'] ?? '';
    const cursors = this.#cursors.get(call) ?? [];
    if (cursor !== null && !cursors.includes(cursor)) this.#cursors.set(call, [...cursors, cursor]);
  }

  #answerWith(behaviour: Behaviour, request: Request, reply: Reply | null): Answer {
    switch (behaviour.kind) {
      case 'hang':
      case 'reset':
        return behaviour.kind;
      case 'failure': {
        return { fails: failureError(behaviour.number), afterMs: behaviour.afterMs };
      }
      case 'garbage':
        return { status: 200, body: behaviour.text };
      case 'half':
        return { status: reply?.status ?? 200, body: (reply?.body ?? '').slice(0, -2) };
      case 'redirect': {
        const location = (behaviour.isForeign ? foreignOrigin : apiOrigin) + new URL(request.url).pathname;
        return { status: behaviour.status, headers: { location }, body: 'Moved' };
      }
      case 'error': {
        const headers = behaviour.retryAfter && retryAfterHeaders(behaviour.retryAfter, this.#world.nowMs);
        const body = piecesOf(errorText(behaviour, request, reply), behaviour.end);
        return { status: behaviour.status, headers: headers ?? {}, body, afterMs: behaviour.afterMs };
      }
      case 'repeated cursor':
        return { status: reply?.status ?? 200, body: this.#repeating(request, reply, behaviour.back) };
      case 'answer':
        return {
          status: reply?.status ?? 200,
          body: piecesOf(reply?.body ?? '', behaviour.end),
          afterMs: behaviour.afterMs,
        };
    }
  }

  /** Makes a page that repeats a cursor which this listing has already sent. */
  #repeating(request: Request, reply: Reply | null, back: number): string {
    const cursor = new URL(request.url).searchParams.get('cursor');
    const text = reply?.body ?? '';
    if (cursor === null) return text;
    const cursors = this.#cursors.get(request.headers['x-call'] ?? '') ?? [];
    const nextCursor = cursors[Math.max(0, cursors.length - 1 - back)] ?? cursor;
    return JSON.stringify({ ...JSON.parse(text), nextCursor, hasMore: true });
  }
}

const errorCode = 'simulated_problem';
export const supportId = 'support-7';

/** The API may send a code that only the client should use. The client must ignore its meaning. */
const codeFor = (status: number): string => (status === 422 ? 'redirect_refused' : errorCode);

function errorText(
  { status, body }: Extract<Behaviour, { kind: 'error' }>,
  request: Request,
  reply: Reply | null,
): string {
  if (body === 'empty') return '';
  if (body === 'html') return '<html><h1>Server text</h1></html>';
  if (body === 'problem') return problem(status, codeFor(status), { supportId }).body;
  // The text of a gateway's debug page: the request with its headers, and the response of the server behind the gateway.
  const quoted = {
    detail: `Server text for ${request.body}`,
    message: JSON.stringify(request.headers),
    behind: reply?.body,
  };
  return JSON.stringify({ ...quoted, errors: [{ field: 'password', message: `${request.body} is too weak` }] });
}

function piecesOf(text: string, end: BodyEnd): string | Iterable<BodyPiece> {
  if (end === 'whole') return text;
  const half = Math.floor(text.length / 2);
  const first = { afterMs: 1, text: text.slice(0, half) };
  if (end === 'cut') return [first, { afterMs: 5, text: null }];
  if (end === 'slow') return [first, { afterMs: 900, text: text.slice(half) }];
  return [first, { afterMs: 10_000_000, text: text.slice(half) }];
}
