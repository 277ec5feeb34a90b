import type { IncomingMessage, RequestListener } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import { apiPath } from './api/contract/operation.ts';
import { isSecretKey } from './api/secret-key.ts';
import type { Environment } from './environment.ts';
import { defaultEnvironment } from './environment-records.ts';
import { bearerOf } from './http/bearer.ts';
import { publishedNames } from './published-paths.ts';

interface Route {
  readonly environment: Environment;
  /** Handles requests below the issuer's path. */
  readonly below: RequestListener;
  /** Handles requests at the origin. */
  readonly atOrigin: RequestListener;
}

const environmentsPath = '/env/';
const browserPath = '/_torii/';
const apiKeyHeader = publishedNames.apiKeyHeader.toLowerCase();

/**
 * Passes each request to its environment, which the issuer path (`/env/acme`) names. At the origin, which all
 * environments share, a key selects it: the secret key for the REST API, the publishable key for browsers.
 */
export class EnvironmentRouter {
  readonly origin: string;
  readonly #routes = new Map<string, Route>();

  constructor(origin: string) {
    this.origin = origin;
  }

  issuerOf(name: string): string {
    return this.origin + basePathFor(name);
  }

  add(environment: Environment, app: Hono): void {
    const listener = (basePath: string) =>
      // Keep the global Request and Response, which @hono/node-server replaces by default: the app under test may run in
      // this process and use them.
      getRequestListener((request, bindings) => app.fetch(request, { ...bindings, basePath }), {
        overrideGlobalObjects: false,
      });
    this.#routes.set(environment.name, {
      environment,
      below: listener(basePathFor(environment.name)),
      atOrigin: listener(''),
    });
  }

  readonly handle: RequestListener = (incoming, outgoing) => {
    const [, name, rest = ''] = /^\/env\/([^/?]+)(.*)$/.exec(incoming.url ?? '') ?? [];
    const named = name === undefined || name === defaultEnvironment ? undefined : this.#routes.get(name);
    if (named !== undefined) {
      incoming.url = rest.startsWith('/') ? rest : `/${rest}`;
      named.below(incoming, outgoing);
      return;
    }
    const route = this.#routeOfKey(incoming) ?? this.#default;
    route.atOrigin(incoming, outgoing);
  };

  #routeOfKey({ url, headers }: IncomingMessage): Route | undefined {
    const routes = [...this.#routes.values()];
    if (url?.startsWith(browserPath)) {
      const key = headers[apiKeyHeader];
      return routes.find(({ environment }) => environment.publishableKey === key);
    }
    const key = url?.startsWith(apiPath) ? bearerOf(headers.authorization) : undefined;
    return key === undefined ? undefined : routes.find(({ environment }) => isSecretKey(key, environment.secretKey));
  }

  get #default(): Route {
    const route = this.#routes.get(defaultEnvironment);
    if (route === undefined) throw new Error('The default environment is missing.');
    return route;
  }
}

function basePathFor(name: string): string {
  return name === defaultEnvironment ? '' : environmentsPath + name;
}
