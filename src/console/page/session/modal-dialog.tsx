import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

interface ModalDialogProps {
  /** Of the element that names the dialog. */
  readonly titleId: string;
  readonly onCancel: () => void;
  readonly children: ComponentChildren;
}

/** A dialog above the page. Escape cancels it; when it closes, what had the focus before has it again. */
export function ModalDialog({ titleId, onCancel, children }: ModalDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    element?.showModal();
    return () => {
      element?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby={titleId} onCancel={onCancel}>
      {children}
    </dialog>
  );
}
