/** In Cloudflare Workers, a wait for a memory cell never ends. Only the timer of the platform ends a pause there. */
export function startBackupTimer(_callback: () => void, _ms: number): () => void {
  return () => {};
}
