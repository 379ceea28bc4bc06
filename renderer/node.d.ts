/** Types of what runs in Node come along with others; windows have no Node, and what is declared here is all that is mentioned of it. */
declare module 'node:module' {
  export function createRequire(url: string): (name: string) => unknown;
}
