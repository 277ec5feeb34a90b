import type { RequestListener } from 'node:http';

export const holes: readonly string[];
export function createForeignServer(options: object, visit: (handler: string) => void, hole?: string): RequestListener;
