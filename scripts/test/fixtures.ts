// Documents to test with. They are copies: a change of spec/ breaks no test here.
import { join } from 'node:path';

/** Users and sessions, as Torii published them in 2026. */
export const tenOperations: string = join(import.meta.dirname, 'fixtures', 'server-10-operations.json');

/** What Torii's server does beyond that, written down from what is known of it. */
export const twentySixOperations: string = join(import.meta.dirname, 'fixtures', 'server-26-operations.json');
