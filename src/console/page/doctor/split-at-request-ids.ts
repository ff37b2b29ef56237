const REQUEST_ID = /(1-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{12})/;

interface TextPart {
  readonly text: string;
  readonly isRequestId: boolean;
}

/** @returns the parts of a text: request IDs, and the text between them */
export function splitAtRequestIds(text: string): TextPart[] {
  return text
    .split(REQUEST_ID)
    .map((part, at) => ({ text: part, isRequestId: at % 2 === 1 }))
    .filter((part) => part.text !== '');
}
