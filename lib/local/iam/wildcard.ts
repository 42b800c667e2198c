/** Whether a text matches a pattern of IAM, in which `*` stands for any characters and `?` for one. */
export function matchesWildcard(pattern: string, text: string, letterCase: 'exact' | 'any'): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, letterCase === 'any' ? 'si' : 's').test(text);
}
