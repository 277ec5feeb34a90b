import { Hono, type MiddlewareHandler } from 'hono';
import { every } from 'hono/combine';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { holdAnswers } from './api/contract/hold-answers.ts';
import { apiPath } from './api/contract/operation.ts';
import { apiRoutes } from './api/routes.ts';
import { requireSecretKey } from './api/secret-key.ts';
import type { Clock } from './clock.ts';
import { controlPath } from './control/paths.ts';
import { controlRoutes } from './control/routes.ts';
import { dashboardRoutes } from './dashboard/routes.ts';
import { EmulatorEnvironment } from './emulator-environment.ts';
import type { Environment } from './environment.ts';
import type { Faults, Surface } from './faults/faults.ts';
import { injectFaults } from './faults/injection.ts';
import type { Traffic } from './faults/traffic.ts';
import { hostnameOf, isLoopbackHost } from './http/origins.ts';
import { answerProblem, Problem, problemFor } from './http/problem.ts';
import type { Journal } from './journal.ts';
import { browserRoutes } from './pages/routes.ts';
import { redact } from './redaction.ts';
import { issuerRoutes, jwksPath } from './tokens/issuer.ts';

export interface AppSurroundings {
  readonly faults: Faults;
  readonly traffic: Traffic;
  readonly clock: Clock;
  readonly apiUrl: string;
  readonly issuers: ReadonlyMap<string, string>;
  readonly allowedHosts: readonly string[];
  /** Whether any environment allows the origin. */
  readonly isAllowedSomewhere: (origin: string) => boolean;
  readonly onUnexpectedError: (error: unknown) => void;
}

export function createApp(environment: Environment, surroundings: AppSurroundings): Hono {
  const app = new Hono();
  const watch = (surface: Surface) =>
    every(countRequests(surface, surroundings), injectFaults(surface, surroundings.faults));

  app.use(noteRequests(environment.journal), wrapForeignErrors, refuseOtherHosts(surroundings.allowedHosts));
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (_c, methods) =>
        answerProblem(
          new Problem(
            405,
            'method_not_allowed',
            `This path does not support the method. Use ${methods.join(' or ')}.`,
            {
              headers: { allow: methods.join(', ') },
            },
          ),
        ),
    }),
  );
  app.use(jwksPath, watch('keys'));
  app.use(
    `${apiPath}/*`,
    watch('api'),
    holdAnswers(surroundings.onUnexpectedError),
    requireSecretKey(environment.secretKey),
  );

  app.route('/', issuerRoutes(environment));
  app.route('/', browserRoutes(environment, surroundings, watch));
  app.route(apiPath, apiRoutes(environment));
  const { faults, traffic } = surroundings;
  const library = new EmulatorEnvironment({ environment, apiUrl: surroundings.apiUrl, faults, traffic });
  app.route(controlPath, controlRoutes({ library, environment, ...surroundings }));
  app.route('/', dashboardRoutes({ library, environment, ...surroundings }));

  app.notFound(() => answerProblem(new Problem(404, 'not_found', 'The emulator has no route for this path.')));
  app.onError((error) => {
    const problem = problemFor(error);
    if (problem !== undefined) return answerProblem(problem);
    surroundings.onUnexpectedError(error);
    return answerProblem(
      new Problem(500, 'internal_error', 'The emulator failed. Its process has emitted a warning with the cause.'),
    );
  });
  return app;
}

function noteRequests(journal: Journal): MiddlewareHandler {
  return async (c, next) => {
    const start = performance.now();
    await next();
    // Requests that apps do not send. They are left out of the list, to keep it readable.
    if (c.req.path === controlPath || c.req.path.startsWith(`${controlPath}/`)) return;
    journal.noteRequest({
      method: c.req.method,
      // The query string is left out: it can contain secrets.
      path: redact(c.req.path),
      status: c.res.headers.has('x-hono-already-sent') ? null : c.res.status,
      code: problemFor(c.error)?.code,
      durationMs: performance.now() - start,
    });
  };
}

// Hono passes only errors of its own realm to `onError`, and throws others. In Jest, Node's errors, such as those of SQLite,
// come from another realm.
const wrapForeignErrors: MiddlewareHandler = async (_c, next) => {
  try {
    await next();
  } catch (error) {
    throw new Error('An error of another realm; see `cause`.', { cause: error });
  }
};

function countRequests(surface: Surface, { traffic, clock }: AppSurroundings): MiddlewareHandler {
  return async (c, next) => {
    traffic.count(surface);
    await next();
    // Forbid caching unless the handler set Cache-Control, because most responses depend on the caller. The key set,
    // for example, may be cached.
    if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'no-store');
    // Node would set the machine's time. Apps read from this header at which moment a user was deleted.
    c.res.headers.set('date', clock.now().toUTCString());
  };
}

/**
 * Prevents DNS rebinding: a web page could reach the emulator by resolving its own host name to the emulator's address.
 *
 * @param allowedHosts host names in lowercase, in addition to those of loopback
 */
function refuseOtherHosts(allowedHosts: readonly string[]): MiddlewareHandler {
  return async (c, next) => {
    // The URL has the host of an absolute request target, which may differ from the Host header.
    for (const host of [c.req.header('host') ?? '', new URL(c.req.url).host]) {
      if (isLoopbackHost(host) || allowedHosts.includes(hostnameOf(host))) continue;
      throw new Problem(
        421,
        'host_refused',
        'The host of this request is not allowed. Use localhost or 127.0.0.1, or start the emulator with this host in ' +
          'allowedHosts (--allow-host).',
      );
    }
    await next();
  };
}
