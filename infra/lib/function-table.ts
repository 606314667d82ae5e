import table from '../functions.json';

/** Actions that a function may take on what the symbols in `on` stand for. */
export interface Permission {
  actions: string[];
  on: string[];
}

/** A route of the HTTP API. */
export interface Route {
  method: string;
  path: string;
  auth: 'JWT' | 'NONE';
}

/** Everything that functions.json says of one function. */
export interface FunctionSettings {
  description: string;
  memoryMb: number;
  timeoutSeconds: number;
  ephemeralMb: number;
  layers: string[];
  env: Record<string, string>;
  permissions: Permission[];
  routes?: Route[];
  queueTrigger?: { queue: string; batchSize: number; partialBatchResponses: boolean; maxConcurrency: number };
  statusRule?: { machine: string; statuses: string[] };
}

/** What all functions have in common. */
export const defaults = table.defaults;

/** Every function by name, in the order of functions.json. */
export const functionTable = table.functions as unknown as Record<string, FunctionSettings>;

/** The settings of one function; throws for a name that functions.json does not have. */
export function settingsOf(name: string): FunctionSettings {
  const settings = functionTable[name];
  if (!settings) throw new Error(`functions.json has no function ${name}`);
  return settings;
}

/** `probe-media` as it stands in construct ids and placeholders: `ProbeMedia`. */
export function pascalCase(name: string): string {
  return name.replace(/(^|-)(\w)/g, (_match, _dash, letter: string) => letter.toUpperCase());
}
