/** What a click or key selects. */
export function selected(
  before: ReadonlySet<string>,
  id: string,
  keys: { readonly toggle: boolean; readonly range?: readonly string[] | undefined },
): ReadonlySet<string> {
  if (keys.range) return new Set([...before, ...keys.range]);
  if (!keys.toggle) return before.size === 1 && before.has(id) ? new Set() : new Set([id]);
  const after = new Set(before);
  if (!after.delete(id)) after.add(id);
  return after;
}
