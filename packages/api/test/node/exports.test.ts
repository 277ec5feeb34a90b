import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as api from '../../src/index.ts';

/** The names of the types that a file of src/ exports. */
function typesOf(file: string): readonly string[] {
  const url = new URL(`../../src/${file}`, import.meta.url);
  const text = readFileSync(url, 'utf8');
  const named = Array.from(text.matchAll(/^export (type )?\{([^}]*)\}/gms), ([, isType, names = '']) =>
    names
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '' && (isType || name.startsWith('type ')))
      .map((name) => name.replace(/^type /, '')),
  ).flat();
  const declared = Array.from(text.matchAll(/^export (?:type|interface|class) (\w+)/gm), ([, name = '']) => name);
  const passedOn = Array.from(text.matchAll(/^export type \* from '(.*)';$/gm), ([, path = '']) =>
    typesOf(new URL(path, url).pathname.replace(/^.*\/src\//, '')),
  ).flat();
  return [...named, ...declared, ...passedOn].sort();
}

test('exports these values, and no others', () => {
  expect(Object.keys(api).sort()).toEqual([
    'Patch',
    'ToriiApiError',
    'ToriiConfigError',
    'ToriiConnectionError',
    'ToriiError',
    'ToriiRevocationError',
    'createToriiClient',
    'defaultApiUrl',
  ]);
});

test('exports these types beside the generated ones, and no others', () => {
  const generated = new Set(typesOf('generated/resources.ts'));
  expect(typesOf('index.ts').filter((name) => !generated.has(name))).toEqual([
    'ApiAnswer',
    'ApiCall',
    'ApiEvent',
    'ApiEventListener',
    'ApiRequest',
    'ApiResponse',
    'Call',
    'ConnectionReason',
    'FailedAnnouncement',
    'Fetch',
    'FieldError',
    'KnownMetadata',
    'MetadataObject',
    'MetadataPatch',
    'MetadataTypes',
    'Page',
    'PagePromise',
    'PatchBody',
    'PatchFields',
    'PatchValue',
    'ProblemDetails',
    'RequestOptions',
    'RevocationAnnouncer',
    'RevocationMoment',
    'ToriiClient',
    'ToriiClientOptions',
    'TwoBagTypes',
    'TwoBags',
    'UserBags',
  ]);
});

test('exports the types of all resources', () => {
  const names = ['User', 'Session', 'Organization', 'OrganizationMember', 'UserOrganization', 'Invitation'];
  const others = ['InvitationWithMetadata', 'UserImpersonationToken', 'AllowedOriginsData', 'UserUpdateMetadataParams'];
  expect(typesOf('index.ts')).toEqual(expect.arrayContaining([...names, ...others]));
});
