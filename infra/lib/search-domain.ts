import { RemovalPolicy } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as opensearch from 'aws-cdk-lib/aws-opensearchservice';
import { Construct } from 'constructs';

/**
 * One small OpenSearch node with a public endpoint, reached over TLS by requests that IAM signed. It has no
 * resource policy: only roles of this account that were granted it get in.
 */
export class SearchDomain extends Construct {
  readonly domain: opensearch.Domain;

  constructor(scope: Construct, id: string, props: { removalPolicy: RemovalPolicy; dataNodes: number }) {
    super(scope, id);
    this.domain = new opensearch.Domain(this, 'Segments', {
      version: opensearch.EngineVersion.OPENSEARCH_3_5,
      capacity: { dataNodes: props.dataNodes, dataNodeInstanceType: 't3.small.search', multiAzWithStandbyEnabled: false },
      ...(props.dataNodes > 1 ? { zoneAwareness: { availabilityZoneCount: props.dataNodes } } : {}),
      ebs: { volumeSize: 20, volumeType: ec2.EbsDeviceVolumeType.GP3 },
      enforceHttps: true,
      tlsSecurityPolicy: opensearch.TLSSecurityPolicy.TLS_1_2_PFS,
      nodeToNodeEncryption: true,
      encryptionAtRest: { enabled: true },
      removalPolicy: props.removalPolicy,
    });
  }
}
