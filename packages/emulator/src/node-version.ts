import { EmulatorError } from './errors.ts';

const oldest = [22, 13] as const;

/** Throws where this Node is too old to have `node:sqlite` without a flag. */
export function requireSupportedNode(version: string = process.versions.node): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return;
  throw new EmulatorError(
    'node_unsupported',
    `@torii/emulator needs Node ${oldest.join('.')} or newer, and this is Node ${version}. ` +
      'The other @torii packages run on older versions; run the emulator, or the tests that use it, on a newer one.',
  );
}
