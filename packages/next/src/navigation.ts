// What bundlers take for `#navigation`: they choose between Next's server and client versions by this name without an ending.
// package.json cannot name it itself, because Turbopack of Next 15 resolves `imports` to files only.
// @ts-expect-error: TypeScript resolves modules as Node does, which needs the ending.
export * from 'next/navigation';
