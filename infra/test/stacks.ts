import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import cdkJson from '../cdk.json';
import { AppStack } from '../lib/app-stack';
import { DataStack } from '../lib/data-stack';
import { functionTable } from '../lib/function-table';
import { readSettings } from '../lib/settings';

/** One resource of a template. */
export interface Resource {
  Type: string;
  Properties: Record<string, any>;
  DeletionPolicy?: string;
}

/** Both stacks, synthesised with stand-ins for the functions' programs. */
export function synthesise(context: Record<string, string> = {}): { data: Template; app: Template } {
  const scratch = mkdtempSync(path.join(tmpdir(), 'vindex-infra-'));
  process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
  const functionsDir = path.join(scratch, 'functions');
  for (const name of Object.keys(functionTable)) {
    mkdirSync(path.join(functionsDir, name), { recursive: true });
    writeFileSync(path.join(functionsDir, name, 'bootstrap'), name);
  }
  const values: Record<string, string> = { functionsDir, ...context };
  const settings = readSettings((name) => values[name]);
  // The switches of cdk.json, so that tests see the templates that are deployed.
  const app = new App({
    context: cdkJson.context,
    analyticsReporting: false,
    outdir: path.join(scratch, 'cdk.out'),
  });
  const data = new DataStack(app, 'data', settings);
  const stack = new AppStack(app, 'app', data, settings);
  return { data: Template.fromStack(data), app: Template.fromStack(stack) };
}

/** Every resource of one type, by logical id. */
export function resources(template: Template, type: string): [string, Resource][] {
  return Object.entries(template.findResources(type)) as [string, Resource][];
}

/** A list, whether the template holds one or a single value. */
export function list<T>(value: T | T[] | undefined): T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
