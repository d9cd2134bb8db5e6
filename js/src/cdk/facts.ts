// The configuration of a distribution that this app makes, as `aws cloudfront get-distribution-config` will print it: what
// the function reads when it plans, so that the preview decides the same.
import { CfnResource, Stack } from 'aws-cdk-lib';
import type { IDistribution } from 'aws-cdk-lib/aws-cloudfront';
import type { IBucket } from 'aws-cdk-lib/aws-s3';

import { propertiesOf, resourceOf } from './rendered.js';

/** What is known of a distribution and of the bucket behind it. */
export interface Facts {
  readonly config: string;
  /** The bucket's name, or what stands for it there. */
  readonly bucket?: string;
}

/** `undefined`: the distribution is another app's, or an origin's name is known only at the deploy. */
export function factsOf(distribution: IDistribution, bucket: IBucket | undefined): Facts | undefined {
  const resource = resourceOf(distribution, 'AWS::CloudFront::Distribution');
  if (!resource) return undefined;
  // In the bucket's stack its name is a plain reference, wherever the distribution is.
  const stack = Stack.of(bucket ?? resource);
  const names = bucketNames(stack);
  try {
    const config = printed(read(propertiesOf(resource, stack)['DistributionConfig'], names), names);
    const name = bucket && words(stack.resolve(bucket.bucketName), names);
    return { config: JSON.stringify({ DistributionConfig: config }), ...(name !== undefined && { bucket: name }) };
  } catch (error) {
    if (error instanceof Unknown) return undefined;
    throw error;
  }
}

/** What the core reads of a configuration: what is not known of the rest (a certificate, a web ACL) does not matter. */
const READ = ['DefaultRootObject', 'Origins', 'OriginGroups', 'DefaultCacheBehavior', 'CacheBehaviors', 'CustomErrorResponses'];

function read(config: unknown, names: Names): unknown {
  const fields = Object.entries(config as Record<string, unknown>).filter(([name]) => READ.includes(name));
  return Object.fromEntries(fields.map(([name, value]) => [name, Array.isArray(value) && name === 'Origins' ? value.map((origin) => named(origin, names)) : value]));
}

/** An origin whose host is made up at the deploy, as an API's is: no bucket's name, which is known here or nowhere. */
function named(origin: Record<string, unknown>, names: Names): Record<string, unknown> {
  try {
    return { ...origin, DomainName: words(origin['DomainName'], names) };
  } catch (error) {
    if (!(error instanceof Unknown) || !origin['CustomOriginConfig']) throw error;
    return { ...origin, DomainName: 'known-at-the-deploy.invalid' };
  }
}

/** The template's value in the service's own form: lists with their length. */
function printed(value: unknown, names: Names, key = ''): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => printed(item, names));
    return key === 'Items' ? items : { Quantity: items.length, Items: items };
  }
  if (typeof value !== 'object' || value === null) return value;
  if (isIntrinsic(value)) return words(value, names);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, printed(item, names, name)]));
}

class Unknown extends Error {}

/** The names of buckets that have one before the deploy, by logical id: by name they may be given as well. */
type Names = ReadonlyMap<string, string>;

function bucketNames(stack: Stack): Names {
  const names = new Map<string, string>();
  for (const one of stack.node.findAll()) {
    if (!CfnResource.isCfnResource(one) || one.cfnResourceType !== 'AWS::S3::Bucket' || one.stack !== stack) continue;
    const name = propertiesOf(one, stack)['BucketName'];
    if (typeof name === 'string') names.set(stack.resolve(one.logicalId) as string, name);
  }
  return names;
}

function isIntrinsic(value: object): boolean {
  const [name, ...more] = Object.keys(value);
  return more.length === 0 && name !== undefined && (name === 'Ref' || name.startsWith('Fn::'));
}

const PSEUDO: Record<string, string> = {
  'AWS::Region': 'us-east-1',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::Partition': 'aws',
  'AWS::AccountId': '000000000000',
};
const ENDS: Record<string, string> = {
  RegionalDomainName: '.s3.us-east-1.amazonaws.com',
  DomainName: '.s3.amazonaws.com',
  Arn: '',
};

/** What an intrinsic function comes to when each resource's name is its logical id, or the one that it is given. */
function words(value: unknown, names: Names): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  const [[name, argument] = []] = Object.entries(value as object);
  switch (name) {
    case 'Ref': {
      const known = PSEUDO[argument];
      if (known === undefined && String(argument).startsWith('AWS::')) break;
      return known ?? names.get(argument) ?? String(argument).toLowerCase();
    }
    case 'Fn::GetAtt': {
      const [id = '', attribute = ''] = typeof argument === 'string' ? argument.split('.') : (argument as string[]);
      const name = names.get(id) ?? id.toLowerCase();
      if (attribute === 'WebsiteURL') return `http://${name}.s3-website-us-east-1.amazonaws.com`;
      return `${name}${ENDS[attribute] ?? `.${attribute.toLowerCase()}`}`;
    }
    case 'Fn::Join': {
      const [separator, parts] = argument as [string, unknown[]];
      return parts.map((part) => words(part, names)).join(separator);
    }
    case 'Fn::Select': {
      const [index, list] = argument as [number, { 'Fn::Split'?: [string, unknown] }];
      const split = list['Fn::Split'];
      const part = split && words(split[1], names).split(split[0])[index];
      if (part !== undefined) return part;
    }
  }
  throw new Unknown();
}
