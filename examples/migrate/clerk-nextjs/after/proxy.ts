import { createToriiProxy } from '@torii/next/proxy';
import { options } from './torii-options';

export const proxy = createToriiProxy(options);

export const config = { matcher: ['/((?!_next|.*\\..*).*)', '/api/(.*)'] };
