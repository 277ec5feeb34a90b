import { appendFileSync } from 'node:fs';

/** Tells the test that something ran. */
export function visit(name: string): void {
  if (process.env.VISITS_FILE) appendFileSync(process.env.VISITS_FILE, `${name}\n`);
}

/** What nobody may read without a token. */
export const secret = 'protected-bytes';
