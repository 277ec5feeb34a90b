/** A copy of the environment without what can publish. */
export function withoutCredentials(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv;
