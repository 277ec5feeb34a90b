import type * as Api from '@torii/api';
import type { CallStep, OperationName } from './plan.ts';

export type Client = Api.ToriiClient;
export type Options = Api.RequestOptions;

/** What the documentation says about an operation. */
export interface OperationRules {
  /** Whether carrying it out twice has the same effect as carrying it out once. */
  readonly isRepeatable: boolean;
  /** What a successful response must contain to be usable. */
  readonly answer: 'object' | 'record' | 'page' | 'value' | 'nothing';
  /** Whether 403 means that an earlier attempt was carried out, if one may have been. */
  readonly isDoneBy403: boolean;
  readonly isList: boolean;
  /** Whether the response is a secret. */
  readonly isSecret: boolean;
  /** When the end of a user's tokens is announced: after the answer, or before the request too. */
  readonly announces: 'never' | 'after' | 'before and after';
}

const object: OperationRules = {
  isRepeatable: true,
  answer: 'object',
  isDoneBy403: false,
  isList: false,
  isSecret: false,
  announces: 'never',
};
const raw: OperationRules = { ...object, answer: 'value' };
const list: OperationRules = { ...object, answer: 'page' };

export const rules: Readonly<Record<OperationName, OperationRules>> = {
  get: object,
  list,
  iterate: { ...list, isList: true },
  pages: { ...list, isList: true },
  create: { ...object, isRepeatable: false },
  update: object,
  delete: { ...object, answer: 'nothing', isDoneBy403: true, announces: 'before and after' },
  ban: { ...object, announces: 'before and after' },
  unban: object,
  'revoke all': { ...object, answer: 'nothing', announces: 'after' },
  'revoke one': { ...object, answer: 'nothing', announces: 'after' },
  impersonate: { ...object, isRepeatable: false, answer: 'record', isSecret: true },
  invite: { ...object, isRepeatable: false },
  resend: { ...object, isRepeatable: false },
  'raw get': raw,
  'raw post': { ...raw, isRepeatable: false },
  'raw repeatable post': raw,
  'raw patch': { ...raw, isRepeatable: false },
  'wrong id': object,
};

/** Ids for which nothing may be sent: they would call another operation, or are secrets. */
const wrongIds = ['', '.', '..', 'ada@example.com', 'eyJhbGciOiJFUzI1NiJ9.e30.x', 'undefined', '\ud800'];

const longId = `user-${'long'.repeat(80)}`;

export function userIdOf(target: number): string {
  if (target === 40) return longId;
  return target === 39 ? 'a/../b?c#d' : `user-${String(target).padStart(6, '0')}`;
}

export function passwordOf(call: number): string {
  return `correct horse ${call} battery`;
}

const reports = '/api/server/v1/reports';

/** Begins a call that is not a loop over a list. */
export function begin(client: Client, step: CallStep, call: number, options: Options): PromiseLike<unknown> {
  const userId = userIdOf(step.target);
  const { users, sessions, invitations } = client;
  switch (step.operation) {
    case 'get':
      return users.get(userId, options);
    case 'create':
      return users.create({ email: `ada.${call}@example.com`, firstName: 'Ada', password: passwordOf(call) }, options);
    case 'update':
      return users.update(userId, { firstName: `Name ${call}` }, options);
    case 'delete':
      return users.delete(userId, options);
    case 'ban':
      return users.ban(userId, options);
    case 'unban':
      return users.unban(userId, options);
    case 'revoke all':
      return sessions.revokeAllForUser(userId, options);
    case 'revoke one':
      return sessions.revoke(userId, 'session-1', options);
    case 'impersonate':
      return users.createImpersonationToken(userId, { actorUserId: 'user-000000', reason: 'Support' }, options);
    case 'invite':
      return invitations.create({ email: `bo.${call}@example.com` }, options);
    case 'resend':
      return invitations.resend('invitation-1', options);
    case 'raw get':
      return client
        .request({ method: 'GET', path: reports }, options)
        .withResponse()
        .then(({ data }) => data);
    case 'raw post':
      return client.request({ method: 'POST', path: reports, body: { call } }, options);
    case 'raw repeatable post':
      return client.request({ method: 'POST', path: reports, body: { call }, isRepeatable: true }, options);
    case 'raw patch':
      return client.request({ method: 'PATCH', path: reports, body: { call } }, options);
    case 'wrong id':
      return users.get(wrongIds[step.target % wrongIds.length] ?? '', options);
    default: {
      // "Awaiting the same list twice sends one request."
      const list = users.list({}, options);
      if (step.isResumed) list.then(undefined, () => {});
      return list;
    }
  }
}
