import { defaultEnvironment } from '../environment-records.ts';
import { EmulatorError } from '../errors.ts';
import { isRecord } from '../fields.ts';
import { type ParsedSeed, parseSeed } from '../seed.ts';
import { parseTemplates, type TokenTemplateOptions } from '../tokens/templates.ts';
import { parseWebhook, type WebhookOptions } from '../webhooks/options.ts';
import { readTextFile, TextFileError } from './text-file.ts';

interface SeedFileContent extends ParsedSeed {
  readonly webhooks: readonly WebhookOptions[];
  readonly tokenTemplates: Readonly<Record<string, TokenTemplateOptions>>;
}

export type SeedFile = ReadonlyMap<string, SeedFileContent>;

export function readSeedFile(path: string): SeedFile {
  const { environments = {}, ...first } = objectOf(path, parseFile(path), '');
  const seed = new Map([[defaultEnvironment, seedOf(path, first, '')]]);
  for (const [name, value] of Object.entries(objectOf(path, environments, 'environments'))) {
    const place = `environments.${name}`;
    if (name === defaultEnvironment)
      throw invalid(path, `${place} is not allowed. Put the users of the default environment under "users".`);
    seed.set(name, seedOf(path, objectOf(path, value, place), `${place}.`));
  }
  return seed;
}

function parseFile(path: string): unknown {
  let text: string;
  try {
    text = readTextFile(path);
  } catch (error) {
    if (!(error instanceof TextFileError)) throw error;
    throw invalid(path, error.message, error.cause);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    // The message of JSON.parse is left out: it quotes the file, which can contain a password.
    throw invalid(path, 'It is not valid JSON.', error);
  }
}

function seedOf(path: string, value: Readonly<Record<string, unknown>>, place: string): SeedFileContent {
  const { users = [], roles = [], organizations = [], webhooks = [], tokenTemplates = {}, ...unknown } = value;
  refuseUnknown(path, unknown, place);
  try {
    parseTemplates(tokenTemplates, 'tokenTemplates');
    return {
      ...parseSeed({ users, roles, organizations }),
      webhooks: parseWebhooks(webhooks),
      tokenTemplates: tokenTemplates as SeedFileContent['tokenTemplates'],
    };
  } catch (error) {
    if (!(error instanceof EmulatorError)) throw error;
    throw invalid(path, place === '' ? error.message : `In ${place.slice(0, -1)}: ${error.message}`, error);
  }
}

function parseWebhooks(webhooks: unknown): readonly WebhookOptions[] {
  if (!Array.isArray(webhooks)) throw new EmulatorError('seed_invalid', 'The webhooks of a seed must be an array.');
  for (const webhook of webhooks) parseWebhook(webhook);
  return webhooks;
}

function objectOf(path: string, value: unknown, place: string): Readonly<Record<string, unknown>> {
  if (isRecord(value)) return value;
  throw invalid(path, `${place === '' ? 'It' : place} must be a JSON object.`);
}

function refuseUnknown(path: string, unknown: object, place: string): void {
  const [field] = Object.keys(unknown);
  if (field !== undefined) throw invalid(path, `${place}${field} is not a known field.`);
}

function invalid(path: string, what: string, cause?: unknown): EmulatorError {
  return new EmulatorError('seed_invalid', `The seed ${path} cannot be used. ${what}`, { cause });
}
