import type { ReactiveController, ReactiveControllerHost } from 'lit';

export type Theme = 'system' | 'light' | 'dark';
const THEMES: readonly Theme[] = ['system', 'light', 'dark'];
const KEY = 'highwater.theme';

const isTheme = (value: string | null): value is Theme => THEMES.includes(value as Theme);

/** What was chosen on this machine; storage may be forbidden, and then the system decides. */
export function storedTheme(): Theme {
  try {
    const stored = localStorage.getItem(KEY);
    return isTheme(stored) ? stored : 'system';
  } catch {
    return 'system';
  }
}

/** The scheme that an address asks for. */
export function themeIn(search: string): Theme | null {
  const asked = new URLSearchParams(search).get('theme');
  return isTheme(asked) ? asked : null;
}

export function showTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}

/** The scheme of the page and the way to change it. */
export class ThemeController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  theme: Theme = storedTheme();

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    showTheme(this.theme);
  }

  next(): void {
    this.theme = THEMES[(THEMES.indexOf(this.theme) + 1) % THEMES.length] ?? 'system';
    showTheme(this.theme);
    try {
      localStorage.setItem(KEY, this.theme);
    } catch {
      // Then it holds until the page is left.
    }
    this.#host.requestUpdate();
  }
}
