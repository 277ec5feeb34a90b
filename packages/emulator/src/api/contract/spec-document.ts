export interface SpecDocument {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, SpecOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
}

export interface SpecOperation {
  readonly parameters?: readonly SpecParameter[];
  readonly requestBody?: { readonly required?: boolean; readonly content: SpecContent };
  readonly responses: Readonly<Record<string, { readonly content?: SpecContent }>>;
}

export interface SpecParameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: JsonSchema;
}

export type SpecContent = Readonly<Record<string, { readonly schema: JsonSchema }>>;

export interface JsonSchema {
  readonly [keyword: string]: unknown;
}
