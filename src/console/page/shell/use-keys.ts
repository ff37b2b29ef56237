import { useLayoutEffect, useState } from 'preact/hooks';
import type { Screen } from '../address.js';
import { usePage } from '../page-context.js';

const SCREEN_OF: Readonly<Record<string, Screen>> = {
  m: 'map',
  r: 'requests',
  s: 'sessions',
  w: 'walkthrough',
};

/** The keys of the page, except while somebody writes into a field. */
export function useKeys(): { readonly isShown: boolean; show(isShown: boolean): void } {
  const { store, api, go } = usePage();
  const [isShown, show] = useState(false);

  // Before the browser draws: a page that is seen takes keys.
  useLayoutEffect(() => {
    let isGoing = false;
    const onKeyDown = (event: KeyboardEvent): void => {
      const { key, target } = event;
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (target instanceof Element && target.closest('input, select, textarea, dialog') !== null) return;
      const screen = isGoing ? SCREEN_OF[key] : undefined;
      isGoing = key === 'g';
      if (screen !== undefined) go({ screen });
      else if (key === '/') focus('input[type="search"]');
      else if (key === 'p') store.pause(!store.isPaused.value);
      else if (key === 'f')
        void api.post(`_emulator/v1/clock/${store.clock.value.frozen ? 'resume' : 'freeze'}`).catch(() => {});
      else if (key === 'a') focus('#advance');
      else if (key === 't') document.querySelector<HTMLElement>('.session-actions .danger')?.click();
      else if (key === '?') show(true);
      else return;
      event.preventDefault();
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, []);
  return { isShown, show };
}

function focus(selector: string): void {
  document.querySelector<HTMLElement>(selector)?.focus();
}
