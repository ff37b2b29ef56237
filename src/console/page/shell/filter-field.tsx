interface FilterFieldProps {
  readonly id: string;
  readonly value: string;
  /** What the filter looks at. */
  readonly looksAt: string;
  readonly onChange: (value: string) => void;
}

/** Chooses the rows of a list by their words. */
export function FilterField({ id, value, looksAt, onChange }: FilterFieldProps) {
  return (
    <label>
      <span class="hidden">Filter</span>
      <input
        id={id}
        type="search"
        value={value}
        placeholder={`Filter: ${looksAt}`}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
    </label>
  );
}
