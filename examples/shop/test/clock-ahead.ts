// Run with --import: the process's clock is ahead by CLOCK_AHEAD_SECONDS.
const aheadMs = Number(process.env['CLOCK_AHEAD_SECONDS']) * 1000;
const now = Date.now;
Date.now = () => now() + aheadMs;
