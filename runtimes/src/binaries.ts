import { findBinary } from './runtime.ts';

const { platform, arch } = process;
const ending = platform === 'win32' ? '.exe' : '';
const shortArch = arch === 'x64' ? '64' : arch;
const system = platform === 'win32' ? 'windows' : platform;

/** The path of a runtime's program, or `undefined` if it is not installed, or not available for this platform. */
export const binaries: Readonly<Record<'bun' | 'deno' | 'workerd', () => string | undefined>> = {
  bun: () => findBinary(['bun', `@oven/bun-${system}-${arch === 'arm64' ? 'aarch64' : arch}`], `bin/bun${ending}`),
  deno() {
    const names: Readonly<Record<string, string>> = { linux: `linux-${arch}-glibc`, win32: `win32-${arch}` };
    return findBinary(['deno', `@deno/${names[platform] ?? `${platform}-${arch}`}`], `deno${ending}`);
  },
  workerd: () => findBinary(['workerd', `@cloudflare/workerd-${system}-${shortArch}`], `bin/workerd${ending}`),
};
