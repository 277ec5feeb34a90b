import { expect, test } from 'vitest';
import type { JsonObject } from '../../spec/corrections.ts';
import { nameEndpoints } from '../generate/names.ts';
import { listEndpoints } from '../generate/openapi.ts';

const many = { type: 'array', items: { type: 'object' } };

/** The method names of a specification with these operations. `GET /x many` returns a list. */
function namesOf(...lines: readonly string[]): readonly string[] {
  const paths: Record<string, Record<string, JsonObject>> = {};
  for (const line of lines) {
    const [method = '', path = '', kind] = line.split(' ');
    const content = { 'application/json': { schema: kind === 'many' ? many : { type: 'object' } } };
    const operation = { responses: { 200: { description: '', content } } };
    const full = `/api/server/v1${path}`;
    paths[full] = { ...paths[full], [method.toLowerCase()]: operation };
  }
  const document = { paths };
  const names = nameEndpoints(document, listEndpoints(document));
  return Array.from(names.values(), ({ resource, name }) => `${resource}.${name}`).sort();
}

test.each<[string, readonly string[], readonly string[]]>([
  [
    'a collection',
    ['GET /teams many', 'POST /teams', 'GET /teams/{id}', 'PUT /teams/{id}', 'PATCH /teams/{id}', 'DELETE /teams/{id}'],
    ['teams.create', 'teams.delete', 'teams.get', 'teams.list', 'teams.set', 'teams.update'],
  ],
  ['operations on a whole collection', ['DELETE /teams', 'PUT /teams'], ['teams.deleteAll', 'teams.set']],
  ['a search', ['POST /teams/search many'], ['teams.list']],
  ['a search beside a list', ['GET /teams many', 'POST /teams/search many'], ['teams.list', 'teams.search']],
  ['an action', ['POST /teams/{id}/archive'], ['teams.archive']],
  ['an action of two words', ['POST /teams/{id}/send-reminder'], ['teams.sendReminder']],
  ['an action on a collection', ['GET /teams many', 'POST /teams/bulk-import'], ['teams.bulkImport', 'teams.list']],
  [
    'a part of an item',
    ['GET /users/{id}/metadata', 'PATCH /users/{id}/metadata'],
    ['users.getMetadata', 'users.updateMetadata'],
  ],
  [
    'a part with a plural name',
    ['GET /teams/{id}/settings', 'PUT /teams/{id}/settings'],
    ['teams.getSettings', 'teams.setSettings'],
  ],
  [
    'a nested collection',
    ['GET /teams/{id}/invitations many', 'POST /teams/{id}/invitations', 'DELETE /teams/{id}/invitations/{n}'],
    ['invitations.createForTeam', 'invitations.delete', 'invitations.listForTeam'],
  ],
  ['an action on an item of a nested collection', ['POST /teams/{id}/invitations/{n}/resend'], ['invitations.resend']],
  [
    'a nested collection with only a POST',
    ['POST /users/{id}/impersonation-tokens'],
    ['impersonationTokens.createForUser'],
  ],
  ['a singleton', ['GET /environment', 'PATCH /environment'], ['environment.get', 'environment.update']],
  ['a collection below a singleton', ['GET /environment/allowed-origins many'], ['allowedOrigins.list']],
  ['two paths to one thing', ['GET /tokens/{id}', 'GET /users/{id}/tokens/{n}'], ['tokens.get', 'tokens.getForUser']],
  ['a plural in -ies', ['GET /companies/{id}/addresses many'], ['addresses.listForCompany']],
])('names %s', (_name, lines, names) => {
  expect(namesOf(...lines)).toEqual(names);
});

test('existing names stay when operations are added', () => {
  const today = ['POST /users/search many', 'DELETE /users/{id}/sessions/{n}', 'DELETE /users/{id}/sessions'];
  const later = ['GET /sessions many', 'DELETE /sessions/{id}', 'POST /sessions/{id}/refresh'];
  expect(namesOf(...today)).toEqual(['sessions.revoke', 'sessions.revokeAllForUser', 'users.list']);
  expect(namesOf(...today, ...later)).toEqual(expect.arrayContaining([...namesOf(...today)]));
});

test.each([
  ['a list beside a search that is named list', ['GET /users many', 'POST /users/search many']],
  ['two parents', ['GET /users/{id}/tokens/{n}', 'GET /teams/{id}/tokens/{n}']],
  ['different parameter names', ['GET /teams/{id}', 'GET /teams/{teamId}']],
])('fails for two operations with one name: %s', (_name, lines) => {
  expect(() => namesOf(...lines)).toThrow(/`\w+\.\w+`.*exceptions\.ts/);
});

test.each([
  ['only an id', 'GET /{id}'],
  ['two ids in a row', 'GET /teams/{id}/{n}'],
  ['a segment with a dot', 'GET /teams.json'],
  ['a verb after a colon', 'POST /teams:import'],
  ['the name of a method of the client', 'GET /request'],
])('fails for a path with %s, and says what to do', (_name, line) => {
  expect(() => namesOf(line)).toThrow(/\/api\/server\/v1\/.*exceptions\.ts/);
});
