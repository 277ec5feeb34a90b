/** In Markdown, with links relative to docs/. */
export const unknownOption = `There is no option of this name. The message lists the known ones and suggests the most similar. Usual causes:

1. The name is that of another library, such as \`jwksUri\` or \`algorithms\`. The message says what to write instead.
2. The option belongs to another function: \`onError\` to the guard, \`publicPaths\` to the verifier.
3. The option was removed or is newer than the installed version. Compare the versions: \`torii doctor\`.
4. The object has a prototype or a getter that hides the option (\`is inherited or not enumerable\`). Pass a plain object.`;

export const pastedText = `Texts from environment variables, files and dashboards often are not what they should be. These messages can follow the name of any option
that is a text:

- \`is empty\`: the variable is set, but has no value.
- \`is the text 'undefined'\`, or \`null\`, \`[object Object]\`: a variable was not set, or an object was turned into text.
- \`begins or ends with white space, a quote\`, a comma or a semicolon: quotes of an \`.env\` file, or a line break at the end of a secret.
- \`contains a placeholder instead of a value\`: \`<your issuer>\`, \`\${TORII_ISSUER}\` or \`process.env.TORII_ISSUER\`, as text.
- \`begins with the name of a variable\`: \`TORII_ISSUER=https://…\` was pasted as the value.`;
