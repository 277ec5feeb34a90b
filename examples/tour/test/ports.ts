/** A range of ports for each process, so that two tours can be taken at once. */
export const firstPort: number = 10_000 + (process.pid % 2_000) * 10;
