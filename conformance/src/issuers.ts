import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readCaseTable } from './case-table.ts';
import { createKey, type IssuerKey } from './issuer-keys.ts';
import { createToken, digestOf, twinOf } from './token.ts';

/** An issuer on loopback that only serves its key set. */
export interface Issuer {
  readonly url: string;
  readonly environmentId: string;
  readonly keyId: string;
}

/** The issuers of cases.json, and the tokens that they have issued. */
export interface Issuers extends AsyncDisposable {
  readonly torii: Issuer;
  /** The text of a token of cases.json, by its name. */
  token(name: string): string;
  /** Replaces `{token:NAME}`, `{digest:NAME}`, `{issuer}`, `{unreachable}` and `{host}` in all texts of a value. */
  fill<Value>(value: Value, host?: string): Value;
  /** Texts that no response may contain: tokens, stack traces, and expected roles, audiences, issuers and keys. */
  readonly secrets: readonly string[];
  stop(): Promise<void>;
}

interface StartedIssuer extends Issuer {
  readonly server: Server;
  readonly key: IssuerKey;
}

export interface IssuersOptions {
  /** The port of the issuer that the server under test trusts. A free one by default. */
  readonly port?: number;
}

/** Starts the issuers, and creates all tokens. */
export async function startIssuers({ port = 0 }: IssuersOptions = {}): Promise<Issuers> {
  const issuers: Readonly<Record<string, StartedIssuer>> = {
    torii: await startIssuer('env_conformance', true, port),
    other: await startIssuer('env_other', true),
    unreachable: await startIssuer('env_unreachable', false),
  };
  const find = (name: string): StartedIssuer => {
    const issuer = issuers[name];
    if (issuer === undefined) throw new Error(`cases.json names the issuer ${name}, which does not exist.`);
    return issuer;
  };
  const places: Readonly<Record<string, string>> = { issuer: find('torii').url, unreachable: find('unreachable').url };
  const tokens = new Map<string, string>();
  const token = (name: string): string => {
    const found = tokens.get(name);
    if (found === undefined) throw new Error(`cases.json names the token ${name}, which does not exist.`);
    return found;
  };
  const fill = <Value>(value: Value, host = ''): Value =>
    JSON.parse(
      JSON.stringify(value).replace(/\{(token:|digest:)?([a-z_]+)\}/g, (whole, kind: string | undefined, name) => {
        if (kind === 'token:') return token(name);
        if (kind === 'digest:') return digestOf(token(name));
        return name === 'host' ? host : (places[name] ?? whole);
      }),
    );

  const stranger = createKey();
  for (const [name, data] of Object.entries(readCaseTable().tokens)) {
    const { url, environmentId, key } = find(data.from ?? 'torii');
    const made = createToken(fill(data), { issuer: url, environmentId, key, stranger });
    tokens.set(name, data.twinOf === undefined ? made : twinOf(token(data.twinOf)));
  }

  const started = Object.values(issuers);
  const stop = async (): Promise<void> => {
    await Promise.all(started.map(({ server }) => closeServer(server)));
  };
  return {
    torii: find('torii'),
    token,
    fill,
    secrets: [
      'eyJ',
      '    at ',
      'org:administrator',
      'api.expected.test',
      'env_expected',
      ...started.flatMap(({ url, environmentId, keyId }) => [url, environmentId, keyId]),
    ],
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function startIssuer(environmentId: string, hasKeys: boolean, port = 0): Promise<StartedIssuer> {
  const key = createKey();
  const server = createServer((request, response) => {
    const [path] = (request.url ?? '').split('?', 1);
    const jwksUri = `${url}/_torii/.well-known/jwks.json`;
    const documents: Readonly<Record<string, object>> = {
      '/_torii/.well-known/jwks.json': { keys: [key.publicJwk] },
      '/.well-known/openid-configuration': { issuer: url, jwks_uri: jwksUri },
    };
    const found = documents[path ?? ''];
    const isKeySet = path?.endsWith('jwks.json') ?? false;
    if (found === undefined) response.writeHead(404).end();
    else if (isKeySet && !hasKeys) response.writeHead(503).end();
    else response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(found));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, environmentId, keyId: key.kid, key, server };
}

/** Closes a server and its connections. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
