'use client';

// Stands in for Torii's own React provider in tests. It is written from these documented facts:
// - `<ToriiProvider publishableKey proxyOrigin>`; it requests `/_torii/*` at `proxyOrigin`;
// - `useAuth()` with `isLoaded`, `isSignedIn`, `userProfile`, `getToken()`, which renews the token near its end, and `signOut()`;
// - the published paths in paths.ts, and `X-API-Key` with the publishable key on each request.
// Everything else is assumed: the path that renews a token, the fields of the user and of an organization, that `getToken` is
// another function after the session has changed and returns null before `isLoaded`, and `useTorii`, which does what Torii's own components do.

import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useState,
  useSyncExternalStore,
} from 'react';
import { createClient, type Membership, type ToriiClient, type UserProfile } from './client';

export interface ToriiProviderProps {
  readonly publishableKey: string;
  readonly proxyOrigin: string;
  readonly children: ReactNode;
}

export interface UseAuth {
  readonly isLoaded: boolean;
  readonly isSignedIn: boolean;
  readonly userProfile: UserProfile | null;
  readonly getToken: () => Promise<string | null>;
  readonly signOut: () => Promise<void>;
}

const Client = createContext<ToriiClient | null>(null);

export function ToriiProvider({ publishableKey, proxyOrigin, children }: ToriiProviderProps) {
  const [client] = useState(() => createClient(publishableKey, proxyOrigin));
  useEffect(() => void client.load(), [client]);
  return <Client value={client}>{children}</Client>;
}

export function useAuth(): UseAuth {
  const client = useClient();
  const state = useSyncExternalStore(client.subscribe, client.state, client.state);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `getToken` is another function after the session has changed.
  const getToken = useCallback(() => client.getToken(), [client, state]);
  const { isLoaded, user } = state;
  return { isLoaded, isSignedIn: user !== null, userProfile: user, getToken, signOut: client.signOut };
}

export function useTorii(): Pick<ToriiClient, 'signIn' | 'switchOrganization'> & {
  readonly organizations: readonly Membership[];
} {
  const client = useClient();
  const { organizations } = useSyncExternalStore(client.subscribe, client.state, client.state);
  return { organizations, signIn: client.signIn, switchOrganization: client.switchOrganization };
}

function useClient(): ToriiClient {
  const client = useContext(Client);
  if (client === null) throw new Error('Render the page inside of <ToriiProvider>.');
  return client;
}
