import { EmulatorError } from './errors.ts';

const oldest = [22, 13] as const;

/** Throws if this Node version does not have `node:sqlite` without a flag. */
export function requireSupportedNode(version: string = process.versions.node): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return;
  throw new EmulatorError(
    'node_unsupported',
    `This is Node ${version}, but @torii/emulator needs Node ${oldest.join('.')} or newer. ` +
      'Run the emulator, and the tests that use it, on a newer version. The other @torii packages also run on older ones.',
  );
}
