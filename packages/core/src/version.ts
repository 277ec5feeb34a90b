// Written by `npm run release:version`.
export const version: string = '0.1.0';
