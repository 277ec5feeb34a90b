import { type RequestView, ToriiRequestError } from '@torii/core';
import { readPath } from '@torii/core/adapter';
import type { PublicPaths } from '@torii/core/internal';
import type { PathMatch, PathPattern } from './path-pattern.ts';

export interface PathSettings {
  /** Whether any rule depends on the path. If so, a path that can be read in more than one way is refused. */
  readonly isDecisive: boolean;
  readonly slug: PathPattern | undefined;
  readonly base: PathPattern;
  readonly isWithoutTenant: PublicPaths;
  readonly isWithoutSlug: PublicPaths;
}

export interface Place {
  readonly hasTenant: boolean;
  readonly slug: PathMatch | undefined;
  readonly hasSlug: boolean;
  readonly resource: string | undefined;
}

export function readPlace(request: RequestView, settings: PathSettings): Place {
  const path = settings.isDecisive ? decisivePath(request.path) : undefined;
  const hasTenant = !settings.isWithoutTenant(request.path);
  const hasSlug = settings.slug !== undefined && hasTenant && !settings.isWithoutSlug(request.path);
  if (path === undefined) return { hasTenant, hasSlug, slug: undefined, resource: undefined };
  const slug = hasSlug ? settings.slug?.(path) : undefined;
  const match = hasSlug ? slug : settings.base(path);
  return { hasTenant, hasSlug, slug, resource: match?.resource };
}

function decisivePath(raw: string | undefined): string | undefined {
  if (raw === undefined) return undefined;
  const reading = readPath(raw);
  if ('problem' in reading) throw new ToriiRequestError('The path can be read in more than one way.');
  return reading.path;
}
