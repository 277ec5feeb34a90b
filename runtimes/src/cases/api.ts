import type { ApiAnswer, ApiQuestion, Case, Group } from '../case.ts';
import { type LocalServer, secretKey } from '../local-server.ts';

const users = '/api/server/v1/users';
const options = { secretKey };
const ada = { status: 200, body: { id: 'ada' } };

/** The REST client: what it sends, what it retries, and what it refuses to send. */
export function listApiCases({ origin }: LocalServer): Group {
  const cases: Case[] = [
    calling('get', ['ada'], [ada], `{"id":"ada"}; GET ${users}/ada`),
    calling(
      'create',
      [{ email: 'ada@example.com' }],
      [{ ...ada, status: 201 }],
      `{"id":"ada"}; POST ${users} {"email":"ada@example.com"}`,
    ),
    calling(
      'update',
      ['ada', { firstName: 'Ada', locale: null }],
      [ada],
      `{"id":"ada"}; PATCH ${users}/ada {"firstName":"Ada","locale":null}`,
    ),
    calling(
      'updateMetadata',
      ['ada', { publicMetadata: { plan: 'é', seats: null } }],
      [ada],
      `{"id":"ada"}; PATCH ${users}/ada/metadata {"publicMetadata":{"plan":"é","seats":null}}`,
    ),
    calling('delete', ['ada'], [{ status: 204 }], `nothing; DELETE ${users}/ada`),
    calling(
      'list',
      [{ limit: 1 }],
      [page(['a'], 'next')],
      `{"nextCursor":"next","items":[{"id":"a"}],"hasMore":true}; POST ${users}/search?limit=1 {}`,
    ),
    calling(
      'list all',
      [],
      [page(['a', 'b'], 'next'), page(['c'], null)],
      `a b c; POST ${users}/search {}; POST ${users}/search?cursor=next {}`,
    ),
    named(
      'a repeated cursor',
      calling(
        'list all',
        [],
        [page(['a'], 'next')],
        `502 cursor_repeated, attempts: 1; POST ${users}/search {}; POST ${users}/search?cursor=next {}`,
      ),
    ),
    named('an id that must be encoded', calling('get', ['a/b?c'], [ada], `{"id":"ada"}; GET ${users}/a%2Fb%3Fc`)),
    named('the id ..', calling('get', ['..'], [ada], 'configuration_invalid: userId')),
    named('an empty id', calling('get', [''], [ada], 'configuration_invalid: userId')),
    named(
      'an unknown user',
      calling(
        'get',
        ['ada'],
        [{ status: 404, body: { code: 'user_not_found' } }],
        `404 user_not_found, attempts: 1; GET ${users}/ada`,
      ),
    ),
    named(
      'retries after a 503',
      calling('get', ['ada'], [{ status: 503 }, ada], `{"id":"ada"}; GET ${users}/ada; GET ${users}/ada`),
    ),
    calling(
      'get twenty with one signal',
      ['ada'],
      [ada],
      ['no warnings', ...Array.from({ length: 20 }, () => `GET ${users}/ada`)].join('; '),
    ),
    named(
      'does not retry a create',
      calling('create', [{}], [{ status: 503 }, ada], `503 unknown, attempts: 1; POST ${users} {}`),
    ),
    named(
      'does not follow a redirect',
      calling(
        'get',
        ['ada'],
        [{ status: 302, headers: { location: 'https://evil.test' } }],
        `502 redirect_refused, attempts: 1; GET ${users}/ada`,
      ),
    ),
    named('an empty secret key', calling('get', ['ada'], [ada], 'configuration_invalid: secretKey', { secretKey: '' })),
    named(
      'an API URL with plain http',
      calling('get', ['ada'], [ada], 'configuration_invalid: apiUrl', { ...options, apiUrl: 'http://api.torii.test' }),
    ),
    {
      name: 'over the network',
      expected: '{"id":"ada","isAuthorized":true}',
      question: { ask: 'api', options: { ...options, apiUrl: origin }, call: 'get', input: ['ada'] },
    },
    {
      name: 'a create whose connection closes is sent once',
      expected: 'network, may have arrived: true, arrived: 1',
      question: {
        ask: 'api',
        options: { ...options, apiUrl: `${origin}/cut` },
        call: 'create on a used connection',
        input: [],
      },
    },
    {
      name: 'a redirect over the network',
      expected: '502 redirect_refused, attempts: 1',
      question: { ask: 'api', options: { ...options, apiUrl: `${origin}/redirect` }, call: 'get', input: ['ada'] },
    },
  ];
  return { name: 'api', cases };
}

function calling(
  call: ApiQuestion['call'],
  input: readonly unknown[],
  answers: ApiAnswer[],
  expected: string,
  given: object = options,
): Case {
  return { name: call, expected, question: { ask: 'api', options: { ...given }, answers, call, input } };
}

function named(name: string, each: Case): Case {
  return { ...each, name };
}

function page(ids: readonly string[], nextCursor: string | null): ApiAnswer {
  return { status: 200, body: { items: ids.map((id) => ({ id })), nextCursor, hasMore: nextCursor !== null } };
}
