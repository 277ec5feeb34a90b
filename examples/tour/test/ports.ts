/** Each test process uses its own ports, so that two tours can run at once. */
export const firstPort: number = 10_000 + (process.pid % 2_000) * 10;
