type Check = (input: string) => unknown;

/** Whether the input breaks the property. */
async function breaks(input: string, check: Check): Promise<boolean> {
  try {
    await check(input);
    return false;
  } catch {
    return true;
  }
}

/** A shorter input that breaks the property too: takes out parts, half of the text first, as long as it still does. */
export async function shrinkText(input: string, check: Check): Promise<string> {
  let small = input;
  for (let size = Math.ceil(small.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < small.length; ) {
      const shorter = small.slice(0, at) + small.slice(at + size);
      if (shorter !== '' && (await breaks(shorter, check))) small = shorter;
      else at += size;
    }
  }
  return small;
}
