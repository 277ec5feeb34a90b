/** What Torii's browser code asks for, below the origin that it is given. */
export const published = {
  client: '/_torii/client',
  login: '/_torii/auth/login',
  logout: '/_torii/auth/logout',
  switchOrganization: (id: string) => `/_torii/organizations/${encodeURIComponent(id)}/switch`,
} as const;

/** Not published: a new access token for the session. A test compares it with the emulator's. */
export const renewalPath = '/_torii/emulator/access-token';
