import { useState } from 'preact/hooks';

interface CopyButtonProps {
  readonly label: string;
  readonly text: string;
}

/** Copies a text and confirms it. Without a clipboard, shows the text so that the user can copy it. */
export function CopyButton({ label, text }: CopyButtonProps) {
  const [outcome, setOutcome] = useState<'copied' | 'refused'>();
  const copy = async (): Promise<void> => {
    try {
      // Browsers give no clipboard to a plain HTTP page of another machine.
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
