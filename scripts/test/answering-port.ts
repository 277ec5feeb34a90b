/** Whether a server on this machine answers requests. */
export function answers(port: number): Promise<boolean> {
  return fetch(`http://localhost:${port}`).then(
    () => true,
    () => false,
  );
}
