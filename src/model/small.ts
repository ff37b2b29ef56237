/** The same number; as a small integer, which needs no object, where it is one: a difference of large numbers is not by itself. */
export function small(number: number): number {
  const integer = number | 0;
  return integer === number ? integer : number;
}
