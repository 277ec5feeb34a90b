import { expectTypeOf, test } from 'vitest';
import { Patch, type PatchBody, type PatchFields, type PatchValue } from '../src/index.ts';

interface User {
  name: string | null;
  email: string;
  locale?: 'en' | 'da';
  age: number;
}

test('a field can be a value, null, undefined, or a patch of a value or null', () => {
  const fields: PatchFields<User>[] = [
    {},
    { name: 'Ada' },
    { name: null },
    { name: undefined },
    { name: Patch.set('Ada') },
    { name: Patch.set(null) },
    { name: Patch.set<string | null>('Ada') },
    { locale: 'da', age: Patch.set(36) },
  ];
  expectTypeOf(fields).not.toBeAny();
  expectTypeOf<PatchValue<string>>().toEqualTypeOf<string | null | undefined | Patch<string | null>>();
});

test('a field cannot be anything else', () => {
  const wrong: PatchFields<User>[] = [
    // @ts-expect-error a number where a string is expected
    { name: 1 },
    // @ts-expect-error a patch of a number where a string is expected
    { name: Patch.set(1) },
    // @ts-expect-error unknown locale
    { locale: 'fr' },
    // @ts-expect-error unknown locale in a patch
    { locale: Patch.set('fr') },
    // @ts-expect-error unknown field
    { nickname: 'Ada' },
    // @ts-expect-error a plain object is not a patch
    { name: { value: 'Ada' } },
  ];
  expectTypeOf(wrong).not.toBeAny();
});

test('a patch can only be created with Patch.set, and is immutable', () => {
  // @ts-expect-error the constructor is private
  new Patch('Ada');
  const patch = Patch.set('Ada');
  expectTypeOf(patch.value).toEqualTypeOf<string>();
  // @ts-expect-error readonly
  patch.value = 'Bob';
});

test('a body contains values and nulls, never a patch', () => {
  expectTypeOf(Patch.body<User>({ name: Patch.set('Ada') })).toEqualTypeOf<PatchBody<User>>();
  const body: PatchBody<User> = { name: 'Ada', email: null };
  expectTypeOf(body.name).toEqualTypeOf<string | null | undefined>();
  // @ts-expect-error a body contains no patches
  const wrong: PatchBody<User> = { name: Patch.set('Ada') };
  expectTypeOf(wrong).not.toBeAny();
});

test('Patch.diff returns a body of the type of its arguments', () => {
  const before: Partial<User> = { email: 'a@b.test' };
  const after: User = { name: null, email: 'c@d.test', age: 36 };
  expectTypeOf(Patch.diff(before, after)).toEqualTypeOf<PatchBody<User>>();
  // @ts-expect-error a state of another type
  Patch.diff({ email: 1 }, after);
});

test('Patch.is narrows the type', () => {
  const value: PatchValue<string> = Patch.set<string | null>('Ada');
  if (Patch.is(value)) expectTypeOf(value.value).toExtend<string | null>();
});
