import { inspect } from 'node:util';
import type { World } from '../../world/world.ts';
import { secretKey } from './secret-key.ts';

/** What must not be in an error or an event. */
export interface Secrets {
  /** The secret key, and tokens of responses: in no property, hidden ones included. */
  readonly strict: readonly RegExp[];
  /** Texts that the caller sent, such as a password. They must not be in anything that a logger prints. */
  readonly printed: readonly string[];
}

const tokens = [/impersonation-number-\d/, /ticket-number-\d/];

export function secretsOf(password: string, isSecretAnswer: boolean): Secrets {
  return { strict: [new RegExp(secretKey), ...(isSecretAnswer ? tokens : [])], printed: [password] };
}

/** Checks statements 16, 30 and 35: errors and events contain no secrets. */
export function checkLeaks(world: World, name: string, value: unknown, secrets: Secrets): void {
  const everything = inspect(value, { showHidden: true, depth: 8, maxStringLength: null });
  if (secrets.strict.some((secret) => secret.test(everything)))
    world.violate(16, `${name}: the secret key or a token is in an error or an event.`);
  const printed = inspect(value, { depth: 8 }) + JSON.stringify(value);
  if (secrets.printed.some((secret) => printed.includes(secret)))
    world.violate(16, `${name}: a password is in an error or an event.`);
  const { message = '' } = Object(value) as { message?: string };
  if (/Server text|problem_title|\/api\/|user-\d/.test(message))
    world.violate(37, `${name}: the message has a text of the API or a path.`);
}
