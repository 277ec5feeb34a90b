import type { EmulatorError } from './errors.ts';

/** `homepage` of the repository's package.json. The emulator shares no code with @torii/core, so it names the address itself. */
const docsHome = 'https://torii.so/docs/typescript';

/** The URL that explains an error of the emulator: of the option, if the message names one, otherwise of the code. */
export function docsUrlOf({ code, message }: Pick<EmulatorError, 'code' | 'message'>): string {
  const option = code === 'option_invalid' ? /^Option (\w+) /.exec(message)?.[1] : undefined;
  const name = / does not exist\. /.test(message) && option !== undefined ? 'unknown_option' : option;
  return `${docsHome}/troubleshooting#${(name ?? code).toLowerCase()}`;
}
