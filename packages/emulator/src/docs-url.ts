import type { EmulatorErrorCode } from './errors.ts';

/** `homepage` of the repository's package.json. The emulator shares no code with @torii/core, so it names the address itself. */
const docsHome = 'https://torii.so/docs/typescript';

/** The address of the page that explains an error of the emulator. */
export function docsUrlFor(code: EmulatorErrorCode): string {
  return `${docsHome}/troubleshooting#${code}`;
}
