import { createHash, createHmac, randomBytes } from 'node:crypto';

const GOOD_SECONDS = 900;

/** A bucket of the local S3 for this measurement alone: what arrives in it starts nothing. */
export class Bucket {
  private constructor(private readonly name: string) {}

  static async create(): Promise<Bucket> {
    const bucket = new Bucket(`vindex-bench-${randomBytes(6).toString('hex')}`);
    await bucket.send('PUT', '');
    return bucket;
  }

  presignedPut(key: string): string {
    return this.presigned('PUT', key);
  }

  async delete(key: string): Promise<void> {
    await this.send('DELETE', key);
  }

  /** Removes the bucket, in which nothing must be left. */
  async remove(): Promise<void> {
    await this.send('DELETE', '');
  }

  private async send(method: string, key: string): Promise<void> {
    const response = await fetch(this.presigned(method, key), { method });
    if (!response.ok) throw new Error(`the local S3 refused ${method} (${response.status}): ${await response.text()}`);
  }

  /** An address that is signed as those are which the API gives (Signature Version 4). */
  private presigned(method: string, key: string): string {
    const url = new URL(`/${this.name}/${key}`, setting('AWS_ENDPOINT_URL'));
    const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
    const scope = [time.slice(0, 8), setting('AWS_REGION'), 's3', 'aws4_request'];
    const query = new URLSearchParams({
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Credential': [setting('AWS_ACCESS_KEY_ID'), ...scope].join('/'),
      'X-Amz-Date': time,
      'X-Amz-Expires': String(GOOD_SECONDS),
      'X-Amz-SignedHeaders': 'host',
    });
    const request = [method, url.pathname, query, `host:${url.host}\n`, 'host', 'UNSIGNED-PAYLOAD'].join('\n');
    const toSign = ['AWS4-HMAC-SHA256', time, scope.join('/'), createHash('sha256').update(request).digest('hex')].join('\n');
    const keyOfScope = scope.reduce<Buffer | string>((secret, part) => hmac(secret, part), `AWS4${setting('AWS_SECRET_ACCESS_KEY')}`);
    query.append('X-Amz-Signature', hmac(keyOfScope, toSign).toString('hex'));
    url.search = query.toString();
    return url.href;
  }
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function setting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: it is in .vindex/env once the local stack is up`);
  return value;
}
