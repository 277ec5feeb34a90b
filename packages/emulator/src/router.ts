import type { RequestListener } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import { apiPath } from './api/contract/operation.ts';
import { bearerOf, isSecretKey } from './api/secret-key.ts';
import type { Environment } from './environment.ts';
import { defaultEnvironment } from './environment-records.ts';

interface Route {
  readonly environment: Environment;
  readonly listener: RequestListener;
}

const environmentsPath = '/env/';

/**
 * Passes each request to its environment. For the REST API, whose base URL all environments share, the secret key
 * selects the environment. For all other paths, the issuer path (`/env/acme`) does.
 */
export class EnvironmentRouter {
  readonly origin: string;
  readonly #routes = new Map<string, Route>();

  constructor(origin: string) {
    this.origin = origin;
  }

  issuerOf(name: string): string {
    return name === defaultEnvironment ? this.origin : `${this.origin}${environmentsPath}${name}`;
  }

  add(environment: Environment, app: Hono): void {
    // Keep the global Request and Response, which @hono/node-server replaces by default: the app under test may run in
    // this process and use them.
    const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
    this.#routes.set(environment.name, { environment, listener });
  }

  readonly handle: RequestListener = (incoming, outgoing) => {
    const [, name, rest = ''] = /^\/env\/([^/?]+)(.*)$/.exec(incoming.url ?? '') ?? [];
    const named = name === undefined || name === defaultEnvironment ? undefined : this.#routes.get(name);
    if (named !== undefined) incoming.url = rest.startsWith('/') ? rest : `/${rest}`;
    const route = named ?? this.#routeOfKey(incoming.url, incoming.headers.authorization) ?? this.#default;
    route.listener(incoming, outgoing);
  };

  #routeOfKey(url: string | undefined, authorization: string | undefined): Route | undefined {
    const key = url?.startsWith(apiPath) ? bearerOf(authorization) : undefined;
    if (key === undefined) return undefined;
    return [...this.#routes.values()].find(({ environment }) => isSecretKey(key, environment.secretKey));
  }

  get #default(): Route {
    const route = this.#routes.get(defaultEnvironment);
    if (route === undefined) throw new Error('The default environment is missing.');
    return route;
  }
}
