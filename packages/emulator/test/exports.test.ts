import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as browser from '../src/browser/session.ts';
import * as entry from '../src/index.ts';

/** The names that a file exports, types included. */
function namesIn(file: string): readonly string[] {
  const text = readFileSync(new URL(`../src/${file}`, import.meta.url), 'utf8');
  const lists = [...text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, list = '']) => list.split(','));
  const declarations = [...text.matchAll(/^export (?:async )?(?:class|const|function|interface|type) (\w+)/gm)];
  const listed = lists.map((name) => name.replace(/^\s*type /, '').trim()).filter((name) => name !== '');
  return [...listed, ...declarations.map(([, name = '']) => name)].sort();
}

test('@torii/emulator exports these names and no others', () => {
  expect(Object.keys(entry).sort()).toEqual(['EmulatorError', 'startEmulator']);
  expect(namesIn('index.ts')).toEqual([
    'Acceptance',
    'CutOptions',
    'CutPoint',
    'Emulator',
    'EmulatorEnvironment',
    'EmulatorError',
    'EmulatorErrorCode',
    'EmulatorOptions',
    'EnvironmentOptions',
    'FailOptions',
    'FaultDuration',
    'FaultTarget',
    'Flaw',
    'Host',
    'ImpersonationState',
    'Mail',
    'Metadata',
    'NewMember',
    'NewOrganization',
    'NewRole',
    'NewUser',
    'Organization',
    'OrganizationMember',
    'OrganizationRole',
    'RequestCounts',
    'Seed',
    'SeedCounts',
    'SeedMember',
    'SeedOrganization',
    'SeedReport',
    'SeedUser',
    'Session',
    'Signer',
    'Surface',
    'TokenOptions',
    'TokenTemplateOptions',
    'UndeletedStatus',
    'User',
    'UserStatus',
    'Webhook',
    'WebhookAttempt',
    'WebhookDelivery',
    'WebhookEvent',
    'WebhookEventType',
    'WebhookOptions',
    'startEmulator',
  ]);
});

test('@torii/emulator/browser exports these names and no others', () => {
  expect(Object.keys(browser)).toEqual(['createSession']);
  expect(namesIn('browser/session.ts')).toEqual(['BrowserSession', 'ClientState', 'SessionOptions', 'createSession']);
});
