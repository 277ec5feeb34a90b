import { type RequestView, ToriiRequestError } from '@torii/core';
import { type PublicPaths, readPath } from '@torii/core/adapter';
import type { PathMatch, PathPattern } from './path-pattern.ts';

/** How a path is taken apart. */
export interface PathSettings {
  /** True where a decision depends on the path, so that it must be readable in one way only. */
  readonly isDecisive: boolean;
  /** Finds the tenant in a path; undefined where no path names one. */
  readonly slug: PathPattern | undefined;
  /** Finds the resource in a path that names no tenant. */
  readonly base: PathPattern;
  readonly isWithoutTenant: PublicPaths;
  readonly isWithoutSlug: PublicPaths;
}

/** Where a request wants to go. */
export interface Place {
  /** False only for a path that was named as belonging to no tenant. */
  readonly hasTenant: boolean;
  readonly slug: PathMatch | undefined;
  /** False only where there is no pattern, and for a path that was named as an exception. */
  readonly hasSlug: boolean;
  /** Undefined where none can be found, which refuses. */
  readonly resource: string | undefined;
}

/**
 * Reads a request's path, as core reads it for public paths, once for all rules.
 *
 * @throws ToriiRequestError for a path that routers read in different ways
 */
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
