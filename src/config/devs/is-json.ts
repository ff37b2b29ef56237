/** @returns whether a text of `sessionAffinityConfig` is JSON. An empty text counts as absent. */
export function isJson(text: string): boolean {
  if (text.trim() === '') return true;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
