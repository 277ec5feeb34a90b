import { once } from 'node:events';
import { request } from 'node:http';
import {
  Controller,
  Get,
  HttpCode,
  type INestApplication,
  Module,
  Options,
  Post,
  VersioningType,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { Auth, Verifier } from '@torii/core';
import { type Emulator, startEmulator } from '@torii/emulator';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { failOnCrashes } from '../../../../scripts/crash-guard.ts';
import { AppModule } from '../src/app.ts';
import { Allow, CurrentAuth, Public, TORII_VERIFIER, ToriiGuard, ToriiModule } from '../src/recipe.ts';

failOnCrashes();

@Controller('closed')
@Allow((auth) => auth.emailVerified)
class ClosedController {
  @Get('narrow')
  @Allow((auth) => auth.organization?.id === 'acme')
  narrow() {
    return { ok: true };
  }

  @Get('twice')
  @Allow((auth) => auth.organization?.id === 'acme')
  @Allow((auth) => auth.profileComplete)
  twice() {
    return { ok: true };
  }

  @Get('public')
  @Public()
  public() {
    return { ok: true };
  }

  @Get('empty')
  // @ts-expect-error JavaScript can leave the checks out.
  @Allow()
  empty() {
    return { ok: true };
  }
}

@Controller('inherited')
class InheritedController extends ClosedController {}

@Controller('narrowed')
@Allow((auth) => auth.organization?.id === 'acme')
class NarrowedController extends ClosedController {}

@Controller('open')
@Public()
class OpenController {
  @Get('caller')
  caller(@CurrentAuth() auth: Auth | null) {
    return { auth };
  }

  @Get('checked')
  @Allow((auth) => auth.emailVerified)
  checked() {
    return { ok: true };
  }
}

@Controller('derived')
class DerivedController extends OpenController {
  @Get('own')
  own() {
    return { ok: true };
  }
}

/** Replaces the method, as decorators of other packages do to add a span, a cache or a transaction. */
function Replaced(_target: object, _name: string, method: PropertyDescriptor): void {
  const { value } = method;
  method.value = function (this: unknown) {
    return value?.call(this);
  };
}

@Controller('replaced')
class ReplacedController {
  @Get('above')
  @Allow((auth) => auth.emailVerified)
  @Replaced
  above() {
    return { ok: true };
  }

  @Get('below')
  @Replaced
  @Allow((auth) => auth.emailVerified)
  below() {
    return { ok: true };
  }
}

@Controller('overridden')
class OverriddenController extends ReplacedController {
  @Get('below')
  override below() {
    return { ok: true };
  }
}

@Controller('wrapped')
class WrappedController {
  // Wraps the methods of each instance, as some tools do.
  constructor() {
    const original = this.route;
    this.route = () => original.call(this);
  }

  @Get()
  @Allow((auth) => auth.emailVerified)
  route() {
    return { ok: true };
  }
}

@Controller('failing')
class FailingController {
  @Get('handler')
  handler() {
    throw new Error('The database is down.');
  }

  @Get('check')
  @Allow(() => {
    throw new Error('The database is down.');
  })
  check() {
    return { ok: true };
  }

  @Post()
  @HttpCode(200)
  post() {
    return { ok: true };
  }

  @Options('any')
  options() {
    return { ok: true };
  }
}

@Controller({ path: 'versioned', version: '2' })
class VersionedController {
  @Get()
  versioned() {
    return { ok: true };
  }
}

const controllers = [
  ClosedController,
  InheritedController,
  NarrowedController,
  OpenController,
  DerivedController,
  ReplacedController,
  OverriddenController,
  WrappedController,
  FailingController,
  VersionedController,
];

@Module({ imports: [AppModule], controllers })
class TestModule {}

@Module({ controllers: [OpenController] })
class UnguardedModule {}

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator();
  vi.stubEnv('TORII_ISSUER', emulator.issuer);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await emulator.stop();
});

async function reasonOf(response: Response): Promise<string> {
  const { error } = (await response.json()) as { error: { reason: string } };
  return error.reason;
}

const platforms = {
  Express: (module: object) => NestFactory.create(module as never, { logger: false }),
  Fastify: (module: object) => NestFactory.create(module as never, new FastifyAdapter(), { logger: false }),
};

describe.each(Object.entries(platforms))('on %s', (_name, create) => {
  let app: INestApplication;
  let url: string;
  beforeAll(async () => {
    app = await create(TestModule);
    app.enableCors({ origin: ['https://app.example', 'https://b.example'] });
    app.setGlobalPrefix('api');
    app.enableVersioning({ type: VersioningType.URI });
    await app.listen(0, '127.0.0.1');
    url = `${await app.getUrl()}/api`;
  });
  afterAll(() => app.close());

  const ask = (path: string, token?: string, init: RequestInit = {}): Promise<Response> =>
    fetch(url + path, {
      ...init,
      headers: { ...init.headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    });

  test('gives the handler the caller', async () => {
    const response = await ask('/me', await emulator.token({ userId: 'ada' }));
    expect(await response.json()).toMatchObject({ userId: 'ada', environmentId: emulator.environmentId });
  });

  test('refuses with the status, the body and the challenge of Torii', async () => {
    const response = await ask('/me');
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="torii"');
    expect(response.headers.get('cache-control')).toBe('private, no-store');
    expect(await response.json()).toEqual({
      error: { code: 'authentication_failed', reason: 'token_missing', message: expect.any(String) },
    });
  });

  test('keeps the Vary header of CORS', async () => {
    const response = await ask('/me', undefined, { headers: { origin: 'https://app.example' } });
    expect(response.headers.get('access-control-allow-origin')).toBe('https://app.example');
    expect(response.headers.get('vary')).toMatch(/Origin/);
    expect(response.headers.get('vary')).toMatch(/Authorization/);
  });

  test('refuses an expired token, a forged one and one of another issuer', async () => {
    const reasons: unknown[] = [];
    for (const options of [
      { expiresInSeconds: -600 },
      { signedBy: 'stranger' },
      { issuer: 'https://evil.example' },
    ] as const) {
      const response = await ask('/me', await emulator.token(options));
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toMatch(/error="invalid_token"/);
      reasons.push(await reasonOf(response));
    }
    expect(reasons).toEqual(['token_expired', 'signature_invalid', 'issuer_refused']);
  });

  test('does not read a token from the query, a cookie or the body', async () => {
    const token = await emulator.token();
    const responses = [
      await ask(`/me?token=${token}&access_token=${token}`),
      await ask('/me', undefined, { headers: { cookie: `token=${token}; access_token=${token}` } }),
      await ask('/failing', undefined, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ access_token: token }),
      }),
    ];
    expect(responses.map(({ status }) => status)).toEqual([401, 401, 401]);
  });

  test('refuses two Authorization headers', async () => {
    const token = await emulator.token();
    const headers = ['host', 'a.example', 'authorization', `Bearer ${token}`, 'authorization', 'Bearer eyJ'];
    const [response] = await once(request(`${url}/me`, { headers }).end(), 'response');
    response.resume();
    expect(response.statusCode).toBe(401);
  });

  test('refuses with 403 a caller whom a check refuses', async () => {
    const clear = (role: string) =>
      emulator
        .token({ organization: { id: 'acme', role } })
        .then((token) => ask('/admin/cache', token, { method: 'DELETE' }));
    expect((await clear('org:administrator')).status).toBe(200);
    const refused = await clear('org:member');
    expect(refused.status).toBe(403);
    expect(refused.headers.get('www-authenticate')).toMatch(/error="insufficient_scope"/);
    expect(await refused.json()).toMatchObject({ error: { code: 'forbidden', reason: 'not_allowed' } });
  });

  test('runs the checks of the controller and of the route', async () => {
    const narrow = async (emailVerified: boolean, id: string) =>
      (await ask('/closed/narrow', await emulator.token({ emailVerified, organization: { id } }))).status;
    expect(await narrow(true, 'acme')).toBe(200);
    expect(await narrow(false, 'acme')).toBe(403);
    expect(await narrow(true, 'evil')).toBe(403);
  });

  test('a second @Allow() adds its checks, also on a derived controller', async () => {
    const statusOf = async (
      path: string,
      claims: { emailVerified?: boolean; profileComplete?: boolean },
      id = 'acme',
    ) => (await ask(path, await emulator.token({ ...claims, organization: { id } }))).status;
    for (const path of ['/closed/twice', '/inherited/twice', '/narrowed/twice']) {
      expect(await statusOf(path, {})).toBe(200);
      expect(await statusOf(path, { profileComplete: false })).toBe(403);
      expect(await statusOf(path, { emailVerified: false })).toBe(403);
      expect(await statusOf(path, {}, 'evil')).toBe(403);
    }
    expect(await statusOf('/narrowed/public', {}, 'evil')).toBe(403);
  });

  test('@Public() does not switch off a check', async () => {
    const unverified = await emulator.token({ emailVerified: false });
    for (const path of ['/closed/public', '/open/checked']) {
      expect((await ask(path)).status).toBe(401);
      expect((await ask(path, unverified)).status).toBe(403);
      expect((await ask(path, await emulator.token())).status).toBe(200);
    }
  });

  test('a controller that extends a public one is not public', async () => {
    expect((await ask('/derived/own')).status).toBe(401);
    expect((await ask('/derived/own', await emulator.token())).status).toBe(200);
  });

  test('another decorator that replaces the method loses no check', async () => {
    const unverified = await emulator.token({ emailVerified: false });
    for (const path of ['/replaced/above', '/replaced/below', '/overridden/above', '/overridden/below']) {
      expect([path, (await ask(path, unverified)).status]).toEqual([path, 403]);
      expect([path, (await ask(path, await emulator.token())).status]).toEqual([path, 200]);
    }
  });

  test('a method that was replaced on the instance refuses everyone', async () => {
    expect((await ask('/wrapped', await emulator.token())).status).toBe(500);
  });

  test('@Allow() without a check refuses everyone', async () => {
    expect((await ask('/closed/empty', await emulator.token())).status).toBe(500);
  });

  test('a public route needs no token, and has no caller', async () => {
    expect((await ask('')).status).toBe(200);
    expect(await (await ask('/open/caller')).json()).toEqual({ auth: null });
    expect(await (await ask('/open/caller', await emulator.token())).json()).toEqual({ auth: null });
  });

  test('guards HEAD and every version of a route', async () => {
    expect((await ask('/me', undefined, { method: 'HEAD' })).status).toBe(401);
    expect((await ask('/v2/versioned')).status).toBe(401);
    expect((await ask('/v2/versioned', await emulator.token())).status).toBe(200);
  });

  test('guards an OPTIONS route of an app without CORS', async () => {
    const plain = await create(TestModule);
    await plain.listen(0, '127.0.0.1');
    const response = await fetch(`${await plain.getUrl()}/failing/any`, { method: 'OPTIONS' });
    await plain.close();
    expect(response.status).toBe(401);
  });

  test('answers a CORS preflight without a token', async () => {
    const headers = { origin: 'https://app.example', 'access-control-request-method': 'GET' };
    const response = await ask('/me', undefined, { method: 'OPTIONS', headers });
    expect(response.status).toBe(204);
    expect(await response.text()).toBe('');
  });

  test('errors of the app are 500, without their message', async () => {
    for (const path of ['/failing/handler', '/failing/check']) {
      const response = await ask(path, await emulator.token());
      expect(response.status).toBe(500);
      expect(response.headers.get('www-authenticate')).toBeNull();
      expect(await response.text()).not.toContain('database');
    }
  });

  test('answers 503 without a challenge while the keys cannot be fetched', async () => {
    await using down = await startEmulator();
    down.fail('keys');
    vi.stubEnv('TORII_ISSUER', down.issuer);
    const other = await create(TestModule);
    vi.stubEnv('TORII_ISSUER', emulator.issuer);
    await other.listen(0, '127.0.0.1');
    const response = await fetch(`${await other.getUrl()}/me`, {
      headers: { authorization: `Bearer ${await down.token()}` },
    });
    await other.close();
    expect(response.status).toBe(503);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(response.headers.get('www-authenticate')).toBeNull();
    expect(await response.json()).toMatchObject({ error: { code: 'unavailable', reason: 'keys_unavailable' } });
  });

  test('@CurrentAuth() without the guard is an error of the app', async () => {
    const other = await create(UnguardedModule);
    await other.listen(0, '127.0.0.1');
    const response = await fetch(`${await other.getUrl()}/open/caller`);
    await other.close();
    expect(response.status).toBe(500);
  });

  test('other providers can have the verifier of the guard', async () => {
    const verifier: Verifier = app.get(TORII_VERIFIER, { strict: false });
    expect(await verifier.verify(await emulator.token({ userId: 'ada' }))).toMatchObject({ userId: 'ada' });
  });

  test('does not start without an issuer', async () => {
    vi.stubEnv('TORII_ISSUER', '');
    const options = { logger: false as const, abortOnError: false };
    await expect(NestFactory.create(ToriiModule, options)).rejects.toMatchObject({ name: 'ToriiConfigError' });
    vi.stubEnv('TORII_ISSUER', emulator.issuer);
  });
});

test('refuses messages of gateways and microservices', async () => {
  for (const type of ['ws', 'rpc']) {
    const context = new ExecutionContextHost([{ headers: {} }]);
    context.setType(type);
    await expect(new ToriiGuard().canActivate(context)).rejects.toThrow(/cannot guard gateways/);
  }
});
