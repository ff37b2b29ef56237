import { useLayoutEffect, useRef } from 'preact/hooks';

const KEYS = [
  ['/', 'filter'],
  ['j k', 'next and previous request, when the list has the focus'],
  ['g m, g r, g s, g w', 'Map, Requests, Sessions, Walkthrough'],
  ['p', 'pause and resume the live view'],
  ['f', 'freeze and unfreeze the clock'],
  ['a', 'advance the clock'],
  ['t', 'terminate the selected session'],
  ['?', 'this help'],
] as const;

/** Which keys there are. */
export function HelpDialog({ onClose }: { readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-labelledby="help-title" onClose={onClose}>
      <h2 id="help-title">Keys</h2>
      <dl class="keys">
        {KEYS.map(([keys, meaning]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <button type="button" onClick={() => dialog.current?.close()}>
        Close
      </button>
    </dialog>
  );
}
