/**
 * The processor time of this thread, in milliseconds. Unlike a clock, it does not count other programs. Some systems count in
 * steps of 4 ms, so measure much work at once.
 */
export function processorMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
