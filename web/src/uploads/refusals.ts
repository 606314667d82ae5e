import { ApiError } from '../api/client.ts';
import { PutError } from './put.ts';

/** Refusals that pass: a busy service, an address that has expired. */
const PASSING = new Set([0, 403, 408, 429, 500, 502, 503, 504]);

/** A broken network may come back after an hour; what a service refuses again and again it refuses for good. */
export function passes(error: unknown, attempt: number): boolean {
  const status = error instanceof PutError || error instanceof ApiError ? error.status : -1;
  return status === 0 || (PASSING.has(status) && attempt < 8);
}

/** The storage drops an upload that nobody goes on with for a week, and then knows neither it nor its parts. */
export function isLost(error: unknown): boolean {
  if (error instanceof PutError) return error.status === 404;
  return error instanceof ApiError && (error.status === 400 || error.status === 404 || error.status === 409);
}

/** Rejects where a file has changed since it was chosen, or is away. */
export async function checkReadable(bytes: Blob, fileName: string): Promise<void> {
  try {
    await bytes.slice(0, 1).arrayBuffer();
  } catch {
    throw new Error(`“${fileName}” changed or can’t be read: choose it again.`);
  }
}

/** The answer, or undefined where the API knows no such video. */
export async function ifKnown<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}
