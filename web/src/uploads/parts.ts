/** How a file is cut, as the API said. */
export interface PartPlan {
  part_size_bytes: number;
  part_count: number;
}

/** Where a part lies in a file; parts are numbered from 1. */
export function partRange(plan: PartPlan, sizeBytes: number, number: number): { start: number; end: number } {
  const start = (number - 1) * plan.part_size_bytes;
  return { start, end: Math.min(start + plan.part_size_bytes, sizeBytes) };
}

/** Parts that have not arrived, first ones first. */
export function missingParts(plan: PartPlan, etags: Record<number, string>): number[] {
  const missing: number[] = [];
  for (let number = 1; number <= plan.part_count; number += 1) if (!etags[number]) missing.push(number);
  return missing;
}

/** Bytes in the parts that have arrived. */
export function arrivedBytes(plan: PartPlan, sizeBytes: number, etags: Record<number, string>): number {
  let bytes = 0;
  for (const number of Object.keys(etags).map(Number)) {
    const { start, end } = partRange(plan, sizeBytes, number);
    bytes += Math.max(0, end - start);
  }
  return bytes;
}
