import * as path from 'node:path';

/** What may differ between two deployments. Read once, in `bin/`. */
export interface Settings {
  /** Names the deployment and its stacks; `production` keeps data when a stack is deleted. */
  stage: string;
  /** Folder with `NAME/bootstrap` for every function of functions.json. */
  functionsDir: string;
  /** Folder with a folder per Lambda layer, named in functions.json; absent: no layers. */
  layersDir?: string;
  architecture: 'arm64' | 'x86_64';
  /** URL of an OpenSearch that exists already; absent: the data stack makes a domain. */
  opensearchEndpoint?: string;
  /** ARN of the domain behind `opensearchEndpoint`; absent: it asks for no IAM permission. */
  opensearchDomainArn?: string;
  /** OpenID Connect issuer and audience of the API's tokens; absent: a Cognito user pool is made. */
  tokens?: { issuer: string; audience: string };
  modelsDir: string;
  ffmpegPath: string;
  onnxruntimePath: string;
  /** Chunks of one video that are processed at once, 1 to 40 (the limit of an inline Map). */
  mapConcurrency: number;
  chunkSeconds: number;
  /** Comma-separated `bucket` or `bucket/prefix/` from which imports are allowed. */
  importSources: string;
  /** Whether it is recorded which moments are opened. */
  recordFeedback: boolean;
  indexReplicas: number;
  /** Origins of web pages that may call the API and the buckets. */
  allowedOrigins: string[];
  /** Origin that serves the page's bucket as it is, of a local AWS; absent: CloudFront serves it. */
  pageOrigin?: string;
  /** SNS topic that alarms notify. */
  alarmTopicArn?: string;
}

/** Reads a deployment's settings from CDK context (`-c name=value`); throws for a value that makes no sense. */
export function readSettings(context: (name: string) => unknown): Settings {
  const text = (name: string): string | undefined => {
    const value = context(name);
    return value === undefined || value === '' ? undefined : String(value);
  };
  const integer = (name: string, fallback: number, minimum: number, maximum: number): number => {
    const value = Number(text(name) ?? fallback);
    if (!Number.isInteger(value) || value < minimum || value > maximum) {
      throw new Error(`${name} must be a whole number from ${minimum} to ${maximum}, not ${text(name)}`);
    }
    return value;
  };
  const stage = text('stage') ?? 'dev';
  if (!/^[a-z][a-z0-9-]{0,19}$/.test(stage)) {
    throw new Error(`stage must be 1 to 20 of a-z 0-9 - and start with a letter, not ${stage}`);
  }
  const opensearchEndpoint = text('opensearchEndpoint')?.replace(/\/+$/, '');
  return {
    stage,
    functionsDir: path.resolve(text('functionsDir') ?? path.join(__dirname, '../../target/lambda')),
    layersDir: text('layersDir'),
    architecture: readArchitecture(text('architecture')),
    opensearchEndpoint,
    opensearchDomainArn: text('opensearchDomainArn'),
    tokens: readTokens(text('issuer'), text('audience')),
    modelsDir: text('modelsDir') ?? '/opt/models',
    ffmpegPath: text('ffmpegPath') ?? '/opt/bin/ffmpeg',
    onnxruntimePath: text('onnxruntimePath') ?? '/opt/lib/libonnxruntime.so',
    mapConcurrency: integer('mapConcurrency', 10, 1, 40),
    chunkSeconds: integer('chunkSeconds', 300, 10, 900),
    importSources: text('importSources') ?? '',
    recordFeedback: readSwitch('recordFeedback', text('recordFeedback')),
    indexReplicas: integer('indexReplicas', 0, 0, 2),
    allowedOrigins: (text('allowedOrigins') ?? '*').split(',').map((origin) => origin.trim()),
    pageOrigin: text('pageOrigin')?.replace(/\/+$/, ''),
    alarmTopicArn: text('alarmTopicArn'),
  };
}

function readArchitecture(value = 'arm64'): Settings['architecture'] {
  if (value !== 'arm64' && value !== 'x86_64') {
    throw new Error(`architecture must be arm64 or x86_64, not ${value}`);
  }
  return value;
}

function readSwitch(name: string, value = 'false'): boolean {
  if (value !== 'true' && value !== 'false') throw new Error(`${name} must be true or false, not ${value}`);
  return value === 'true';
}

function readTokens(issuer?: string, audience?: string): Settings['tokens'] {
  if (!issuer && !audience) return undefined;
  if (!issuer || !audience) throw new Error('issuer and audience are given together or not at all');
  return { issuer, audience };
}
