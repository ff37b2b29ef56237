import { useState } from 'preact/hooks';

interface CopyButtonProps {
  readonly label: string;
  readonly text: string;
}

/** Copies a text, and says so. Where the browser gives no clipboard, it shows the text to be copied by hand. */
export function CopyButton({ label, text }: CopyButtonProps) {
  const [outcome, setOutcome] = useState<'copied' | 'refused'>();
  const copy = async (): Promise<void> => {
    try {
      // There is no clipboard on a page of plain HTTP that is not of this machine.
      await navigator.clipboard.writeText(text);
      setOutcome('copied');
    } catch {
      setOutcome('refused');
    }
  };
  return (
    <>
      <button
        type="button"
        onClick={() => void copy()}
        onBlur={() => outcome === 'copied' && setOutcome(undefined)}
      >
        {outcome === 'copied' ? `✓ ${label}` : label}
      </button>
      <span class="hidden" role="status">
        {outcome === 'copied' ? 'copied' : ''}
      </span>
      {outcome === 'refused' ? (
        <input
          class="to-copy"
          aria-label={`${label}: the browser gives no clipboard, copy this text`}
          readOnly
          value={text}
          ref={(input) => {
            input?.focus();
            input?.select();
          }}
        />
      ) : undefined}
    </>
  );
}
