interface FilterFieldProps {
  readonly id: string;
  readonly value: string;
  /** The fields that the filter searches. */
  readonly looksAt: string;
  readonly onChange: (value: string) => void;
}

/** Filters the rows of a list by words. */
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
