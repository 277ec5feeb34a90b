import type { Request } from '../../world/network.ts';
import { epochMs } from '../../world/virtual-process.ts';

interface StoredUser {
  readonly id: string;
  readonly index: number;
  readonly createdAtMs: number;
  fields: Record<string, unknown>;
  deletedAtMs: number;
}

/** The API's response without faults. `operation` is set if repeating the request would do something twice. */
export interface Reply {
  readonly status: number;
  readonly body: string;
}

export const environmentId = 'environment-1';

const prefix = '/api/server/v1';
const at = '2026-01-05T09:00:00Z';

/** The users and invitations of one environment. */
export class Directory {
  readonly users: StoredUser[] = [];
  /** Mails that were sent, and tokens that were created. */
  effects = 0;
  readonly #pageSize: number;

  constructor(users: number, pageSize: number) {
    this.#pageSize = pageSize;
    for (let i = 0; i < users; i++) this.#add({ firstName: `First ${i}` }, 0);
  }

  /** Carries out what the request asks for. */
  carryOut(request: Request, nowMs: number): Reply {
    const { pathname, searchParams } = new URL(request.url);
    const path = pathname.slice(pathname.indexOf(prefix) + prefix.length);
    const body: Readonly<Record<string, unknown>> = request.body === '' ? {} : JSON.parse(request.body);
    const [, resource = '', id = '', action = ''] = path.split('/');
    const name = `${request.method} ${resource}${id === '' ? '' : id === 'search' ? '/search' : '/id'}${action && `/${action}`}`;
    if (name === 'POST users/search') return this.#page(searchParams.get('cursor'));
    if (name === 'POST users') return this.#create(body, nowMs);
    if (name === 'POST invitations') return this.#effect(201, { id: 'invitation-1', status: 'PENDING' });
    if (name === 'POST invitations/id/resend') return this.#effect(200, { id, status: 'PENDING' });
    if (resource === 'reports') return this.#effect(200, { report: 'done', members: [1, 2, 3] });
    return this.#ofUser(decodeURIComponent(id), name, body, nowMs);
  }

  user(id: string): StoredUser | undefined {
    return this.users.find((user) => user.id === id);
  }

  /** The ids of the users that existed for the whole time, in the order of the list. */
  idsBetween(fromMs: number, untilMs: number): readonly string[] {
    return this.users.filter((user) => user.createdAtMs < fromMs && user.deletedAtMs > untilMs).map(({ id }) => id);
  }

  #ofUser(id: string, name: string, body: Readonly<Record<string, unknown>>, nowMs: number): Reply {
    const user = this.user(id);
    if (user === undefined) return problem(404, 'user_not_found');
    if (user.deletedAtMs <= nowMs) return problem(403, 'forbidden');
    if (name === 'GET users/id') return shown(user);
    if (name === 'PATCH users/id') return shown(user, body);
    // `updatedAt` stays if the user was banned before.
    const isBanned = user.fields['status'] === 'banned';
    const updatedAt = new Date(epochMs + nowMs).toISOString();
    if (name === 'POST users/id/ban') return shown(user, isBanned ? {} : { status: 'banned', updatedAt });
    if (name === 'DELETE users/id/sessions') return { status: 204, body: '' };
    if (name === 'POST users/id/unban') return shown(user, { status: 'active' });
    if (name === 'POST users/id/impersonation-token') {
      const number = this.effects + 1;
      const url = `https://app.test/sign-in?ticket=ticket-number-${number}`;
      return this.#effect(200, { token: `impersonation-number-${number}`, expiresInSeconds: 600, url });
    }
    if (name !== 'DELETE users/id') throw new Error(`The simulated API has no operation ${name}.`);
    user.deletedAtMs = nowMs;
    return { status: 204, body: '' };
  }

  #create(body: Readonly<Record<string, unknown>>, nowMs: number): Reply {
    const { password, ...fields } = body;
    this.effects += 1;
    return { ...shown(this.#add(fields, nowMs)), status: 201 };
  }

  #effect(status: number, body: object): Reply {
    this.effects += 1;
    return { status, body: JSON.stringify(body) };
  }

  #add(fields: Record<string, unknown>, nowMs: number): StoredUser {
    const index = this.users.length;
    const id = `user-${String(index).padStart(6, '0')}`;
    const user = { id, index, createdAtMs: nowMs, fields, deletedAtMs: Number.POSITIVE_INFINITY };
    this.users.push(user);
    return user;
  }

  #page(cursor: string | null): Reply {
    const from = cursor === null ? 0 : Number(cursor.slice('after-'.length)) + 1;
    const left = this.users.filter(
      ({ index, deletedAtMs }) => index >= from && deletedAtMs === Number.POSITIVE_INFINITY,
    );
    const items = left.slice(0, this.#pageSize);
    const hasMore = left.length > items.length;
    const nextCursor = hasMore ? `after-${items.at(-1)?.index}` : null;
    return { status: 200, body: JSON.stringify({ items: items.map(bodyOf), nextCursor, hasMore }) };
  }
}

function bodyOf({ id, fields }: StoredUser): object {
  return { environmentId, status: 'active', createdAt: at, updatedAt: at, ...fields, id };
}

function shown(user: StoredUser, changes: object = {}): Reply {
  Object.assign(user.fields, changes);
  return { status: 200, body: JSON.stringify(bodyOf(user)) };
}

/** A private text: error messages must not contain it. */
export const serverText = 'Server text';

export function problem(status: number, code: string, more: object = {}): Reply {
  const body = {
    type: 'about:blank',
    title: 'problem_title',
    status,
    detail: serverText,
    properties: { code, ...more },
  };
  return { status, body: JSON.stringify(body) };
}
