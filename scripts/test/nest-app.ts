/** The files of a Nest app, with the options of the compiler that `nest new` writes. */
export const nestApp: Readonly<Record<string, string>> = {
  'tsconfig.json': `{
  "compilerOptions": {
    "module": "nodenext", "moduleResolution": "nodenext", "resolvePackageJsonExports": true, "esModuleInterop": true, "isolatedModules": true,
    "declaration": true, "removeComments": true, "emitDecoratorMetadata": true, "experimentalDecorators": true,
    "allowSyntheticDefaultImports": true, "target": "ES2023", "sourceMap": true, "outDir": "./dist", "rootDir": "./src", 
    "skipLibCheck": true, "strictNullChecks": true, "forceConsistentCasingInFileNames": true, "noImplicitAny": false, "strictBindCallApply": false, "noFallthroughCasesInSwitch": false
  },
  "include": ["src"]
}
`,
  'src/app.module.ts': `import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  Injectable,
  type MiddlewareConsumer,
  Module,
  type NestModule,
  Req,
  UseGuards,
} from '@nestjs/common';
import { createVerifier } from '@torii/core';
import { getAuth, requireAuth } from '@torii/express';
import type { Request } from 'express';
import { issuer, keys } from './issuer';

@Injectable()
class ToriiGuard implements CanActivate {
  private readonly torii = createVerifier({ issuer, keys });

  async canActivate(context: ExecutionContext): Promise<boolean> {
    await this.torii.authenticate(context.switchToHttp().getRequest<Request>());
    return true;
  }
}

@Controller()
class AppController {
  @Get('me')
  me(@Req() req: Request) {
    return { userId: getAuth(req).userId };
  }

  @Get('guarded')
  @UseGuards(ToriiGuard)
  guarded() {
    return { ok: true };
  }
}

@Module({ controllers: [AppController] })
export class AppModule implements NestModule {
  configure(consumer: MiddlewareConsumer) {
    consumer.apply(requireAuth({ issuer, keys })).forRoutes('me');
  }
}
`,
  'src/issuer.ts': `import { generateKeyPairSync, sign } from 'node:crypto';

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const jwk = pair.publicKey.export({ format: 'jwk' });
export const issuer = 'https://acme.torii.test';
export const keys = { keys: [{ ...jwk, kty: 'EC', kid: 'known', alg: 'ES256', use: 'sig' }] };

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

export function mint(claims: object = {}): string {
  const iat = Math.floor(Date.now() / 1000);
  const body = { iss: issuer, sub: 'user_1', pid: 'env_1', iat, exp: iat + 300, ...claims };
  const signed = encode({ alg: 'ES256', kid: 'known' }) + '.' + encode(body);
  const key = { key: pair.privateKey, dsaEncoding: 'ieee-p1363' } as const;
  return signed + '.' + sign('sha256', Buffer.from(signed), key).toString('base64url');
}
`,
  'src/main.ts': `import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module';
import { mint } from './issuer';

async function bootstrap() {
  const app = await NestFactory.create(AppModule, { logger: false });
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const headers = { authorization: 'Bearer ' + mint() };
  const statuses: number[] = [];
  for (const path of ['/me', '/guarded']) {
    statuses.push((await fetch(url + path)).status, (await fetch(url + path, { headers })).status);
  }
  console.log(...statuses);
  await app.close();
}
void bootstrap();
`,
  'test/app.e2e-spec.ts': `import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import type { App } from 'supertest/types';
import { AppModule } from './../src/app.module';
import { mint } from './../src/issuer';

describe('AppController (e2e)', () => {
  let app: INestApplication<App>;

  beforeEach(async () => {
    app = (await Test.createTestingModule({ imports: [AppModule] }).compile()).createNestApplication();
    await app.init();
  });
  afterEach(() => app.close());

  const ask = (path: string, token: string) =>
    request(app.getHttpServer()).get(path).set('authorization', 'Bearer ' + token);

  it.each(['/me', '/guarded'])('GET %s needs a token', async (path) => {
    await request(app.getHttpServer()).get(path).expect(401);
    await ask(path, mint({ exp: 1 })).expect(401);
    await ask(path, mint()).expect(200);
  });

  it('knows the caller', () => ask('/me', mint()).expect({ userId: 'user_1' }));

  it('does not hang with fake timers', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate'] });
    await ask('/me', mint()).expect(200);
    jest.useRealTimers();
  });
});
`,
};
