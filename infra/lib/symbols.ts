import { Arn, ArnFormat, Stack } from 'aws-cdk-lib';
import { DataStack } from './data-stack';
import { Settings } from './settings';
import { FEEDBACK_PREFIX } from './storage';

/** A state machine as far as functions may know it. */
export interface MachineReference {
  arn: string;
  /** Pattern of the ARNs of its executions. */
  executions: string;
}

/** What the symbols of functions.json stand for in one deployment; a symbol may stand for nothing. */
export class Symbols {
  private readonly values: Record<string, string[]>;

  constructor(stack: Stack, data: DataStack, settings: Settings, machines: Record<string, MachineReference>) {
    const { storage, catalog } = data;
    const optional = (value?: string): string[] => (value ? [value] : []);
    this.values = {
      'table.name': [catalog.table.tableName],
      'table.arn': [catalog.table.tableArn],
      'table.indexes': [`${catalog.table.tableArn}/index/*`],
      'media.name': [storage.media.bucketName],
      'media.arn': [storage.media.bucketArn],
      'media.objects': [storage.media.arnForObjects('*')],
      'media.uploads': [storage.media.arnForObjects('uploads/*')],
      'derived.name': [storage.derived.bucketName],
      'derived.arn': [storage.derived.bucketArn],
      'derived.objects': [storage.derived.arnForObjects('*')],
      'derived.feedback': settings.recordFeedback ? [storage.derived.arnForObjects(`${FEEDBACK_PREFIX}*`)] : [],
      'imports.arn': [...new Set(importSources(settings).map(({ bucket }) => s3Arn(stack, bucket)))],
      'imports.objects': importSources(settings).map(({ bucket, prefix }) => s3Arn(stack, `${bucket}/${prefix}*`)),
      'uploads.queue': [storage.uploads.queueArn],
      'search.url': [data.searchUrl],
      'search.http': optional(data.searchDomainArn && `${data.searchDomainArn}/*`),
      'setting.chunkSeconds': [String(settings.chunkSeconds)],
      'setting.ffmpegPath': [settings.ffmpegPath],
      'setting.importSources': [settings.importSources],
      'setting.indexReplicas': [String(settings.indexReplicas)],
      'setting.modelsDir': [settings.modelsDir],
      'setting.onnxruntimePath': [settings.onnxruntimePath],
      'setting.recordFeedback': [String(settings.recordFeedback)],
    };
    for (const [name, machine] of Object.entries(machines)) {
      this.values[`${name}.arn`] = [machine.arn];
      this.values[`${name}.executions`] = [machine.executions];
    }
  }

  /** Everything that the symbols stand for. */
  all(symbols: string[]): string[] {
    return symbols.flatMap((symbol) => {
      if (!(symbol in this.values)) throw new Error(`functions.json names the unknown symbol ${symbol}`);
      return this.values[symbol];
    });
  }

  /** A value of a function's environment: a symbol, or what follows `=`. */
  value(text: string): string {
    return text.startsWith('=') ? text.slice(1) : this.all([text])[0];
  }
}

/** The places from which imports are allowed; a tenant's placeholder in a prefix becomes a wildcard. */
function importSources(settings: Settings): { bucket: string; prefix: string }[] {
  const sources = settings.importSources.split(',').map((source) => source.trim());
  return sources
    .filter((source) => source !== '')
    .map((source) => {
      const [bucket, ...rest] = source.split('/');
      if (!/^[a-z0-9][a-z0-9.-]+$/.test(bucket)) throw new Error(`importSources names no bucket: ${source}`);
      return { bucket, prefix: rest.join('/').replaceAll('{workspace}', '*') };
    });
}

function s3Arn(stack: Stack, resource: string): string {
  const parts = { service: 's3', region: '', account: '', resource, arnFormat: ArnFormat.NO_RESOURCE_NAME };
  return Arn.format(parts, stack);
}
