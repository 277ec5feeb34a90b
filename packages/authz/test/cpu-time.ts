/** How long this process has computed, in milliseconds. Unlike a clock, it stands still while other processes compute. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
