import 'reflect-metadata';
import { Controller, Delete, Get, Module } from '@nestjs/common';
import type { Auth, Check } from '@torii/core';
import { Allow, CurrentAuth, Public, ToriiModule } from './recipe.ts';

const isAdmin: Check = (auth) => auth.organization?.role === 'org:administrator';

@Controller()
class AppController {
  @Get()
  @Public()
  hello() {
    return { hello: 'This route is public. GET /me needs a token.' };
  }

  @Get('me')
  me(@CurrentAuth() { userId, environmentId, organization }: Auth) {
    return { userId, environmentId, organization };
  }

  @Delete('admin/cache')
  @Allow(isAdmin)
  clearCache() {
    return { cleared: true };
  }
}

@Module({ imports: [ToriiModule], controllers: [AppController] })
export class AppModule {}
