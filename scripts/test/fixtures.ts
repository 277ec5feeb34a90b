// Specifications to test with. They are copies, so that a change of spec/ does not break tests.
import { join } from 'node:path';

/** Users and sessions, as Torii published them in 2026. */
export const tenOperations: string = join(import.meta.dirname, 'fixtures', 'server-10-operations.json');

/** A specification with the operations that newer versions of Torii's server are known to have. */
export const twentySixOperations: string = join(import.meta.dirname, 'fixtures', 'server-26-operations.json');
