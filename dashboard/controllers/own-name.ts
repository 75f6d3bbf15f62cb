const KEY = 'highwater.name';

/** Who sits at this browser, as they last called themselves; storage may be forbidden. */
export function storedName(): string {
  try {
    return localStorage.getItem(KEY) ?? '';
  } catch {
    return '';
  }
}

export function rememberName(name: string): void {
  try {
    localStorage.setItem(KEY, name);
  } catch {
    // Then it is asked for again.
  }
}
