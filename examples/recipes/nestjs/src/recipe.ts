import {
  type CanActivate,
  createParamDecorator,
  type ExecutionContext,
  HttpException,
  Inject,
  Module,
  SetMetadata,
} from '@nestjs/common';
import { APP_GUARD, HttpAdapterHost, Reflector } from '@nestjs/core';
import { type Auth, authorize, type Check, type Claims, createVerifier, denialFor, type Verifier } from '@torii/core';

const callers = new WeakMap<object, Auth | null>();

/** Lets everyone call a route or a controller. */
export const Public = () => SetMetadata('torii:public', true);

/** Refuses callers with 403 unless all checks return `true`: those of the controller, and those of the route. */
export function Allow(...checks: readonly [Check, ...Check[]]) {
  return (target: object, _name?: string | symbol, method?: PropertyDescriptor): void => {
    const place = method?.value ?? target;
    // A second @Allow adds its checks. SetMetadata alone would replace the first.
    const before = new Reflector().get<readonly Check[] | undefined>('torii:checks', place) ?? [];
    SetMetadata('torii:checks', [...before, ...checks])(place);
  };
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
  @Inject(Reflector) private readonly reflector!: Reflector;
  @Inject(HttpAdapterHost) private readonly host!: HttpAdapterHost;

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') throw new Error('The ToriiGuard cannot guard gateways and microservices.');
    const request = context.switchToHttp().getRequest<Request>();
    const places = [context.getHandler(), context.getClass()];
    const lists = this.reflector.getAll<(readonly Check[] | undefined)[]>('torii:checks', places);
    const checks = lists.filter((list) => list !== undefined);
    if (checks.length === 0 && this.reflector.getAllAndOverride('torii:public', places) === true) {
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
