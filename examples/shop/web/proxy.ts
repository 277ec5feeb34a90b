import { createToriiProxy } from '@torii/next/proxy';
import { options } from './torii-options';

export const proxy = createToriiProxy(options);
