import type { RequestListener } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import { apiPath } from './api/contract/operation.ts';
import { bearerOf, isSecretKey } from './api/secret-key.ts';
import type { Environment } from './environment.ts';
import { defaultEnvironment } from './environment-records.ts';

interface Place {
  readonly environment: Environment;
  readonly listener: RequestListener;
}

/** Below this stand the issuers of all environments but the default one. */
const environmentsPath = '/env/';

/**
 * Where a request finds its environment. An issuer is told by its path; the REST API has one address for all of them, as
 * Torii's own has, and the secret key tells.
 */
export class EnvironmentRouter {
  readonly origin: string;
  readonly #places = new Map<string, Place>();

  constructor(origin: string) {
    this.origin = origin;
  }

  issuerOf(name: string): string {
    return name === defaultEnvironment ? this.origin : `${this.origin}${environmentsPath}${name}`;
  }

  add(environment: Environment, app: Hono): void {
    // Left to itself the adapter replaces the global Request and Response, which belong to the program under test.
    const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
    this.#places.set(environment.name, { environment, listener });
  }

  /** Hands a request to its environment, which sees the path below its issuer. */
  readonly handle: RequestListener = (incoming, outgoing) => {
    const [, name, rest = ''] = /^\/env\/([^/?]+)(.*)$/.exec(incoming.url ?? '') ?? [];
    const named = name === undefined || name === defaultEnvironment ? undefined : this.#places.get(name);
    if (named !== undefined) incoming.url = rest.startsWith('/') ? rest : `/${rest}`;
    const place = named ?? this.#placeOfKey(incoming.url, incoming.headers.authorization) ?? this.#default;
    place.listener(incoming, outgoing);
  };

  #placeOfKey(url: string | undefined, authorization: string | undefined): Place | undefined {
    const key = url?.startsWith(apiPath) ? bearerOf(authorization) : undefined;
    if (key === undefined) return undefined;
    return [...this.#places.values()].find(({ environment }) => isSecretKey(key, environment.secretKey));
  }

  get #default(): Place {
    const place = this.#places.get(defaultEnvironment);
    if (place === undefined) throw new Error('An emulator has a default environment.');
    return place;
  }
}
