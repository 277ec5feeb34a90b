import { appendFileSync } from 'node:fs';

/** Tells the test that protected code ran. */
export function visit(name: string): void {
  if (process.env.VISITS_FILE) appendFileSync(process.env.VISITS_FILE, `${name}\n`);
}

/** Content that requires a token. */
export const secret = 'protected-bytes';
