/** Calls `report` for each rejection that nothing has handled by the end of a turn. Returns the function that stops it. */
export function watchRejections(report: (error: unknown) => void): () => void {
  process.on('unhandledRejection', report);
  return () => void process.off('unhandledRejection', report);
}
