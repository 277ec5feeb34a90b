const oldest = [20, 19] as const;

/** What to say where this Node is too old, or undefined where it will do. */
export function problemOfNode(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return undefined;
  return `@torii/cli needs Node ${oldest.join('.')} or newer, and this is Node ${version}. Install one from https://nodejs.org.`;
}
