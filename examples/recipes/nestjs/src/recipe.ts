import 'reflect-metadata';
import {
  type CanActivate,
  createParamDecorator,
  type ExecutionContext,
  HttpException,
  Inject,
  Module,
  SetMetadata,
} from '@nestjs/common';
import { APP_GUARD, HttpAdapterHost } from '@nestjs/core';
import { type Auth, authorize, type Check, type Claims, createVerifier, denialFor, type Verifier } from '@torii/core';

const callers = new WeakMap<object, Auth | null>();

/** Lets everyone call a route or a controller. */
export const Public = () => SetMetadata('torii:public', true);

/** Refuses callers with 403 unless all checks return `true`: those of the controller, and those of the route. */
export function Allow(...checks: readonly [Check, ...Check[]]) {
  return (target: object, name?: string | symbol): void => {
    // Stored with the name of the method, because another decorator can replace the method. A second @Allow adds its checks.
    const before: readonly Check[] = Reflect.getMetadata('torii:checks', target, name as string) ?? [];
    Reflect.defineMetadata('torii:checks', [...before, ...checks], target, name as string);
  };
}

function checksOf(context: ExecutionContext): readonly (readonly Check[])[] {
  const { prototype } = context.getClass();
  const names = namesOf(context.getHandler(), prototype);
  if (names.length === 0)
    throw new Error('Other code has replaced a method of a controller, so its checks cannot be found.');
  const lists = names.map((name) => Reflect.getMetadata('torii:checks', prototype, name));
  return [Reflect.getMetadata('torii:checks', context.getClass()), ...lists].filter((list) => list !== undefined);
}

function namesOf(method: unknown, prototype: object | null): readonly (string | symbol)[] {
  if (prototype === null) return [];
  const isName = (name: string | symbol) => Object.getOwnPropertyDescriptor(prototype, name)?.value === method;
  return [...Reflect.ownKeys(prototype).filter(isName), ...namesOf(method, Object.getPrototypeOf(prototype))];
}

// Not inherited: a controller that extends a public one is not public.
function isPublic(context: ExecutionContext): boolean {
  const places = [context.getHandler(), context.getClass()];
  return places.some((place) => Reflect.getOwnMetadata('torii:public', place) === true);
}

/** A parameter of a handler: the caller, or `null` on a public route. */
export const CurrentAuth = createParamDecorator((_data: undefined, context: ExecutionContext): Auth | null => {
  const auth = callers.get(context.switchToHttp().getRequest<object>());
  if (auth === undefined) throw new Error('@CurrentAuth() needs the ToriiGuard. Import the ToriiModule.');
  return auth;
});

export const TORII_VERIFIER = Symbol('TORII_VERIFIER');

export class ToriiGuard implements CanActivate {
  @Inject(TORII_VERIFIER) private readonly verifier!: Verifier<Claims, never>;
  @Inject(HttpAdapterHost) private readonly host!: HttpAdapterHost;

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') throw new Error('The ToriiGuard cannot guard gateways and microservices.');
    const request = context.switchToHttp().getRequest<Request>();
    const checks = checksOf(context);
    if (checks.length === 0 && isPublic(context)) {
      callers.set(request, null);
      return true;
    }
    try {
      const auth = await this.verifier.authenticate(request);
      for (const list of checks) await authorize(auth, request, list);
      callers.set(request, auth);
      return true;
    } catch (error) {
      const denial = denialFor(error);
      if (denial === undefined) throw error;
      const response = context.switchToHttp().getResponse<object>();
      for (const [name, value] of Object.entries(denial.headers)) {
        this.host.httpAdapter[name === 'Vary' ? 'appendHeader' : 'setHeader'](response, name, value);
      }
      throw new HttpException(denial.body, denial.status, { cause: error });
    }
  }
}

@Module({
  providers: [
    { provide: TORII_VERIFIER, useFactory: () => createVerifier({ issuer: process.env.TORII_ISSUER }) },
    { provide: APP_GUARD, useClass: ToriiGuard },
  ],
})
export class ToriiModule {}
