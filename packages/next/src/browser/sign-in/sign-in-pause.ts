// While `useSignIn` stores a token and leaves the page, a `TokenKeeper` in the same page waits: it would store the same
// token once more, and refresh a page that is about to be left.
let running = 0;
const listeners = new Set<() => void>();

export function isSigningIn(): boolean {
  return running > 0;
}

/** Returns the function that ends the pause. */
export function beginSignIn(): () => void {
  let ended = false;
  running += 1;
  return () => {
    if (ended) return;
    ended = true;
    running -= 1;
    // End it in a timer, because React's StrictMode ends each effect and begins it again at once.
    setTimeout(() => {
      if (running === 0) for (const listener of [...listeners]) listener();
    });
  };
}

export function onSignInEnd(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
