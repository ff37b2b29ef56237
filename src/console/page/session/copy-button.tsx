import { useState } from 'preact/hooks';

interface CopyButtonProps {
  readonly label: string;
  readonly text: string;
}

/** Copies a text, and says so. */
export function CopyButton({ label, text }: CopyButtonProps) {
  const [outcome, setOutcome] = useState('');
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => setOutcome('copied'),
      () => setOutcome('the browser does not allow it'),
    );
  };
  return (
    <>
      <button type="button" onClick={copy} onBlur={() => setOutcome('')}>
        {label}
      </button>
      <span role="status">{outcome}</span>
    </>
  );
}
