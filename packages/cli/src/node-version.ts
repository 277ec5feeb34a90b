const oldest = [20, 19] as const;

export function problemOfNode(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return undefined;
  return `@torii/cli needs Node ${oldest.join('.')} or newer, but this is Node ${version}. Install a newer version from https://nodejs.org.`;
}
