/** Whether the tags of a page fit into each other: for pages that we write, in which every attribute has quotes. */
const empty = new Set(['meta', 'br', '!doctype']);

/** Tags that are closed elsewhere than where they were opened, or never. */
export function unclosedTags(page: string): string[] {
  const open: string[] = [];
  const wrong: string[] = [];
  const text = page.replace(/<style>[\s\S]*?<\/style>/g, '');
  for (const [, closing, name, , own] of text.matchAll(
    /<(\/?)([!a-z][a-z0-9]*)((?:\s+[\w-]+(?:="[^"<>]*")?)*)\s*(\/?)>/gi,
  )) {
    if (empty.has(name!.toLowerCase()) || own === '/') continue;
    if (closing === '') open.push(name!);
    else if (open.at(-1) === name) open.pop();
    else wrong.push(name!);
  }
  // What is left of `<` after this is no tag.
  const rest = text.replaceAll(/<(\/?)([!a-z][a-z0-9]*)((?:\s+[\w-]+(?:="[^"<>]*")?)*)\s*(\/?)>/gi, '');
  return [...wrong, ...open, ...(rest.includes('<') ? ['<'] : [])];
}
