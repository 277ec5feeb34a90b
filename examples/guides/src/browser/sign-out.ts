/// <reference lib="dom" />
// #region page
interface Session {
  signOut(): Promise<unknown>;
}

const tabs = new BroadcastChannel('session');
const home = '/';

// In all other tabs: load a public page, so that nothing of the user stays in memory or on the screen.
tabs.onmessage = () => location.assign(home);
// The back button may show a page as it was before the sign-out.
addEventListener('pageshow', (event) => void (event.persisted && location.reload()));

export async function signOut(session: Session): Promise<void> {
  await session.signOut();
  tabs.postMessage('signed out');
  location.assign(home);
}
// #endregion
